"""Synthetic worlds: invented things, facts about them told in varied words, and questions."""

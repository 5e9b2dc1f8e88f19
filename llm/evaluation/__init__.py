"""Measures of quality: answers, decisions, language, and how sure a figure is."""

"""The assistant: remembers, chooses a road, answers."""

"""Text and conversations become tokens, and tokens text."""

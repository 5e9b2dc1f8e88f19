"""From prompts of tokens to replies, fast and within constraints."""

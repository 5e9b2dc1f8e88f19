"""The GPT: its shape, its arithmetic, and how it is kept on disk."""

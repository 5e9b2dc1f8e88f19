"""The index on disk: one SQLite file, and Chroma, which follows it."""

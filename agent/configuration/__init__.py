"""What can be set, where a value came from, and where the program keeps its files."""

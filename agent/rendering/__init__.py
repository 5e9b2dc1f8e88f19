"""How answers, progress and conversations look on a terminal, in a pipe and in a file."""

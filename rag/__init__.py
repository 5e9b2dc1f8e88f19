"""A folder becomes an index; a question becomes ranked passages with exact places."""

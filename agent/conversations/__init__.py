"""A question becomes an answer; turns become a saved conversation."""

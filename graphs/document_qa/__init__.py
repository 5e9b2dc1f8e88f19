"""Document Q&A: an answer with its exact place in the documents, or none at all."""

"""The server: the model behind OpenAI's interface, and questions about the documents."""

"""The reasoner: breaks a question into simple ones and combines their answers."""

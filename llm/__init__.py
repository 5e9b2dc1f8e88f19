"""The in-house language model: tokenizer, GPT, inference engine, constraints, chat model and training."""

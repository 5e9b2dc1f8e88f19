"""The tool agent: calls tools until it has an answer or its budget is used up."""

"""LangGraph workflows for any chat model and any retriever."""

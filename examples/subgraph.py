"""Document Q&A as one node of another app's graph: a help desk that hands over what it can't answer."""

from __future__ import annotations

from typing import Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.retrievers import BaseRetriever
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs import build_document_qa


class Ticket(MessagesState):
    """A conversation with a customer. The keys that it shares with document Q&A are filled by it."""

    customer: str
    abstained: bool


def hand_over(ticket: Ticket) -> dict[str, list[AIMessage]]:
    """Tell the customer that a person will answer."""
    return {"messages": [AIMessage(f"A colleague will write to you, {ticket['customer']}.")]}


def after_documents(ticket: Ticket) -> Literal["hand_over", "__end__"]:
    """Hand over what the documents do not say."""
    return "hand_over" if ticket["abstained"] else END


def build_help_desk(
    model: BaseChatModel, retriever: BaseRetriever
) -> CompiledStateGraph[Ticket, None, Ticket, Ticket]:
    """Return the app's graph."""
    builder = StateGraph(Ticket)
    builder.add_node("documents", build_document_qa(model, retriever))
    builder.add_node("hand_over", hand_over)
    builder.add_edge(START, "documents")
    builder.add_conditional_edges("documents", after_documents)
    builder.add_edge("hand_over", END)
    return builder.compile(name="help_desk")


if __name__ == "__main__":
    import tempfile
    from pathlib import Path

    from llm import ChatHomespun
    from rag import FolderIndex

    index = FolderIndex(Path("corpora/handbook"), Path(tempfile.mkdtemp()))
    index.refresh()
    desk = build_help_desk(ChatHomespun(), index.as_retriever())
    said = desk.invoke({"customer": "Ada", "messages": [("user", "What is an embedding?")]})
    print(said["messages"][-1].text)

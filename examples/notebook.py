"""Ask a folder, step by step, as in a notebook: `python examples/notebook.py`."""

# %% The parts: a model, and a retriever over the sample folder.
import tempfile
from pathlib import Path

from graphs import DocumentQAContext, Thresholds, build_document_qa
from llm import ChatHomespun
from rag import FolderIndex

model = ChatHomespun()
index = FolderIndex(Path("corpora/handbook"), Path(tempfile.mkdtemp()))
index.refresh()
graph = build_document_qa(model, index.as_retriever())

# %% A question, and what the graph does on the way.
question = "What does dropout do during training?"
for event in graph.stream({"question": question}, stream_mode="custom"):
    print(f"{event['node']:>14}: {event['text']}")

# %% The answer, and where it stands.
result = graph.invoke({"question": question})
print(result["answer"] or "The documents do not say.", f"({result['confidence']:.0%})")
for citation in result["citations"]:
    print(f"{citation['path']}:{citation['start_line']}: {citation['quote']}")

# %% Why: every decision with its probability.
for decision in result["decisions"]:
    print(f"{decision['probability']:.2f} {decision['node']}: {decision['what']}")

# %% The same question, answered however unsure the model is.
bold = DocumentQAContext(thresholds=Thresholds(relevance=0, support=0, abstention=0))
print(graph.invoke({"question": question}, context=bold)["answer"])

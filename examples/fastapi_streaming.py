"""Serve document Q&A over HTTP, streaming progress and the answer as server-sent events.

pip install 'homespun[serve]'
python examples/fastapi_streaming.py FOLDER
curl -N 'http://127.0.0.1:8000/ask?question=How+tall+is+the+lighthouse'
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever

from graphs import build_document_qa


def create_app(model: BaseChatModel, retriever: BaseRetriever) -> FastAPI:
    """Return an app that answers `GET /ask?question=…` with a stream of events."""
    app = FastAPI(title="Ask the documents")
    graph = build_document_qa(model, retriever)

    @app.get("/ask")
    async def ask(question: str) -> StreamingResponse:
        return StreamingResponse(events(question), media_type="text/event-stream")

    async def events(question: str) -> AsyncIterator[str]:
        # When the client goes away, this generator is cancelled, and with it the run.
        result: dict[str, Any] = {}
        async for part in graph.astream(
            {"question": question}, stream_mode=["custom", "values"], version="v2"
        ):
            if part["type"] == "custom":
                yield event("progress", part["data"])
            else:
                result = part["data"]
        kept = ("answer", "abstained", "confidence", "citations")
        yield event("answer", {name: result[name] for name in kept})

    return app


def event(name: str, data: Any) -> str:
    """Return a server-sent event."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def main(folder: Path) -> None:
    """Serve a folder with the in-house model."""
    import uvicorn

    from llm import ChatHomespun
    from rag import FolderIndex

    with FolderIndex(folder, Path(tempfile.mkdtemp())) as index:
        index.refresh()
        uvicorn.run(create_app(ChatHomespun(), index.as_retriever()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""The chat with a model of rules instead of the real one, to be driven through a terminal.

python -m tests.agent.chat_program FOLDER [--resume] [--delay SECONDS]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from agent.assembly import Assembly
from agent.chat.loop import open_chat, talk
from agent.context import open_context
from agent.conversations.threads import ThreadStore
from tests.agent.conftest import FixedEmbedder
from tests.agent.fakes import RuleModel, open_memory_index


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--delay", type=float, default=0.0)
    arguments = parser.parse_args()
    context = open_context([arguments.folder])
    assembly = Assembly(
        context.settings,
        context.paths,
        open_model=lambda _: RuleModel(delay=arguments.delay),
        open_index=open_memory_index,
        open_embedder=lambda _: FixedEmbedder(),
        workflow=context.settings.workflow,
    )
    store = ThreadStore(context.paths.database)
    thread = store.threads(1)[0] if arguments.resume else None
    return talk(open_chat(context, assembly, store), thread)


if __name__ == "__main__":
    sys.exit(main())

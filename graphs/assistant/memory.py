"""Long-term memory: short texts in a LangGraph store, apart for each person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from langgraph.config import get_config
from langgraph.runtime import get_runtime
from langgraph.store.base import BaseStore, SearchItem

from graphs.assistant.state import AssistantContext
from graphs.step import Ask, Work

TEXT = "text"
"""Key of a memory's text in its item. A store that searches by meaning indexes this field."""


def memory_namespace(user: str) -> tuple[str, ...]:
    """Return where the memories of a person are kept; LangGraph takes no dot in a name, as in an address."""
    return ("memories", user.replace("%", "%25").replace(".", "%2E"))


@dataclass(frozen=True, slots=True)
class Memory:
    """The memories of the person whom the running graph serves; empty without a store."""

    store: BaseStore | None
    user: str
    conversation: str

    @classmethod
    def current(cls) -> Memory:
        """Return the memory of the run that is going on, as its context names it."""
        runtime = get_runtime(AssistantContext)
        context = runtime.context if isinstance(runtime.context, AssistantContext) else AssistantContext()
        thread = str(get_config().get("configurable", {}).get("thread_id", ""))
        return cls(runtime.store, context.user, context.conversation or thread)

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Memory:
        """Return the memory that the turn of a state began with: after a pause a run may have no context."""
        now = cls.current()
        return cls(now.store, state.get("user", now.user), state.get("conversation", now.conversation))

    def search(self, query: str, limit: int) -> Work[list[str]]:
        """Return texts that may matter to a query, best first where the store searches by meaning."""
        if self.store is None:
            return []
        items = yield from _search(self.store, memory_namespace(self.user), query, limit)
        # The summary of this very conversation is in the conversation already.
        return [
            str(item.value[TEXT]) for item in items if item.key != self.conversation and TEXT in item.value
        ]

    def keep_summary(self, summary: str) -> Work[None]:
        """Keep the summary of this conversation in place of its last one."""
        store, namespace, key = self.store, memory_namespace(self.user), self.conversation
        if store is not None and key:
            yield Ask(
                lambda: store.put(namespace, key, {TEXT: summary}),
                lambda: store.aput(namespace, key, {TEXT: summary}),
            )


def _search(store: BaseStore, namespace: tuple[str, ...], query: str, limit: int) -> Work[list[SearchItem]]:
    """Return items of one namespace; some stores also find those of names that begin with its name."""
    own: list[SearchItem] = []
    found = asked = 0
    while len(own) < limit and found == asked:  # others may have taken the places
        asked = 4 * asked or limit
        items: list[SearchItem] = yield Ask(
            partial(store.search, namespace, query=query, limit=asked),
            partial(store.asearch, namespace, query=query, limit=asked),
        )
        found, own = len(items), [item for item in items if tuple(item.namespace) == namespace]
    return own[:limit]

"""Every road through the assistant, its memory, and long conversations."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command

from graphs import AssistantContext, Evidence, Judgement, Thresholds, build_assistant
from graphs.assistant.memory import memory_namespace
from graphs.assistant.summary import SUMMARY
from tests.graphs.fakes import ListRetriever, NarrowModel, PortedModel, ScriptedModel, passages_of
from tests.graphs.test_evidence import WordEmbedder
from tests.graphs.test_tool_agent import add, calls, note_tool
from tests.graphs.test_tool_choice import ScoringModel, tower

TALL = "How tall is the lighthouse?"
THREAD: Any = {"configurable": {"thread_id": "one"}}


def by_subject(prompt: str) -> str:
    if "lighthouse" in prompt:
        return "documents"
    if "+" in prompt or "note" in prompt:
        return "tools"
    return "reason" if " both " in prompt else "chat"


def model_that(kind: type[ScriptedModel] = ScriptedModel, **script: Any) -> ScriptedModel:
    ported = kind is PortedModel
    usual = {
        "route": (lambda prompt: {by_subject(prompt): 0.7}) if ported else by_subject,
        "grade": 0.8 if ported else "yes",
        "check": 0.9 if ported else "yes",
        "rewrite": lambda prompt: prompt.splitlines()[-1].removeprefix("User: "),
        "quote": "38 metres",
        "answer": "38 metres",
        "plan": f"{TALL}\nHow tall is it?",
        "tool": lambda prompt: (
            f"It is {prompt.splitlines()[-1]}." if prompt[-1].isdigit() else wanted(prompt)
        ),
        "chat": lambda prompt: f"You said: {prompt.splitlines()[-1]}",
        "summarise": "They talked.",
    }
    return kind(script={**usual, **script})


def wanted(prompt: str) -> AIMessage:
    return calls(("add", {"a": len(prompt), "b": 0}))


def assistant(model: ScriptedModel, **options: Any) -> Any:
    return build_assistant(model, ListRetriever(passages=passages_of()), [add], **options)


@pytest.mark.parametrize(("least", "route"), [(0.2, "reason"), (0.3, "documents")])
def test_a_threshold_decides_whether_a_message_is_broken_into_parts(least: float, route: str) -> None:
    model = model_that(PortedModel, route={"documents": 0.6, "reason": 0.25, "chat": 0.15})
    graph = assistant(model, judgement=Judgement(Thresholds(reason=least)))
    assert graph.invoke({"question": TALL})["route"] == route


def test_a_reply_that_names_no_road_is_not_broken_into_parts() -> None:
    model = model_that(ScriptedModel, route="tools")
    graph = build_assistant(model, ListRetriever(passages=passages_of()), small_talk=False)
    assert graph.invoke({"question": TALL})["route"] == "documents"


def test_without_small_talk_every_message_is_looked_into() -> None:
    model = model_that(PortedModel, route={"chat": 0.7, "documents": 0.2, "reason": 0.1})
    graph = build_assistant(model, ListRetriever(passages=passages_of()), small_talk=False)
    assert graph.invoke({"question": "Hello!"})["route"] == "documents"
    with pytest.raises(ValueError, match="retriever or tools"):
        build_assistant(model, small_talk=False)


@pytest.mark.parametrize("kind", [PortedModel, ScriptedModel])
@pytest.mark.parametrize(
    ("question", "route", "answer"),
    [
        (TALL, "documents", "38 metres"),
        ("What is 2 + 3?", "tools", "It is 14."),
        ("Are both of them 38 m?", "reason", "38 metres"),
        ("Hello!", "chat", "You said: Hello!"),
    ],
)
def test_each_road(kind: type[ScriptedModel], question: str, route: str, answer: str) -> None:
    model = model_that(kind)
    if route == "reason":
        model.script["route"] = (
            (lambda prompt: {"reason": 0.9} if "both" in prompt else {"documents": 0.9})
            if kind is PortedModel
            else lambda prompt: "reason" if "both" in prompt else "documents"
        )
    result = assistant(model).invoke({"question": question})
    assert (result["route"], result["answer"]) == (route, answer)
    assert result["question"] == question
    assert result["decisions"][0]["node"] == "choose"
    assert route in result["decisions"][0]["what"]
    assert [message.type for message in result["messages"]][:1] == ["human"]
    assert result["messages"][-1].text == answer
    assert bool(result["citations"]) is (route in ("documents", "reason"))
    assert bool(result["calls"]) is (route == "tools")
    assert bool(result["steps"]) is (route == "reason")
    assert (result["confidence"] is None) is (route in ("tools", "chat"))


def test_only_roads_that_exist_can_be_taken() -> None:
    model = model_that(PortedModel, route={"documents": 0.9, "tools": 0.9, "reason": 0.9, "chat": 0.1})
    result = build_assistant(model).invoke({"question": TALL})
    assert result["route"] == "chat"
    assert set(build_assistant(model).get_graph().nodes) == {
        "__start__",
        "recall",
        "choose",
        "chat",
        "remember",
        "__end__",
    }
    retriever = ListRetriever(passages=passages_of())
    assert "tools" not in build_assistant(model, retriever).get_graph().nodes


def test_an_abstention_comes_through() -> None:
    result = assistant(model_that(grade="no")).invoke({"question": TALL})
    assert (result["answer"], result["abstained"], result["citations"]) == (None, True, [])
    result = assistant(model_that(chat=" ")).invoke({"question": "Hello!"})
    assert (result["answer"], result["abstained"]) == (None, True)


def test_a_thread_remembers_and_each_turn_begins_afresh() -> None:
    model = model_that()
    graph = assistant(model, checkpointer=InMemorySaver())
    graph.invoke({"question": TALL}, THREAD)
    graph.invoke({"question": "Are both of them 38 m?"}, THREAD)
    result = graph.invoke({"question": "Hello!"}, THREAD)
    assert (result["citations"], result["steps"], result["plan"]) == ([], [], [])
    assert [message.type for message in result["messages"]] == ["human", "ai"] * 3
    assert "38 metres" in model.prompts_of("chat")[-1]
    other = graph.invoke({"question": "Hello!"}, {"configurable": {"thread_id": "two"}})
    assert len(other["messages"]) == 2
    assert "38 metres" not in model.prompts_of("chat")[-1]


def test_a_long_conversation_is_summarised_and_nothing_else_is_lost() -> None:
    summarised: list[str] = []

    def summarise(prompt: str) -> str:
        summarised.append(prompt)
        return f"Summary {len(summarised)}."

    model = model_that(summarise=summarise)
    graph = assistant(model, checkpointer=InMemorySaver(), history_tokens=100)
    for number in range(20):
        result = graph.invoke({"question": f"Hello number {number}, how are you today?"}, THREAD)
        text = " ".join(message.text for message in result["messages"])
        assert len(text) < 600
    assert summarised
    # Every turn is either still there in words or went through a summary.
    everything = " ".join([*summarised, text])
    assert all(f"number {number}," in everything for number in range(20))
    # A later summary builds on the one before it.
    assert summarised[1].startswith("Summary 1.")
    assert result["messages"][0].text.startswith("Summary of the conversation so far: Summary ")
    assert "Summary of the conversation" in model.prompts_of("chat")[-1]


def test_a_huge_turn_is_summarised_in_pieces() -> None:
    model = model_that()
    graph = assistant(model, history_tokens=50)
    result = graph.invoke({"question": "Hello " + "word " * 500})
    assert len(model.prompts_of("summarise")) > 10
    assert [message.text for message in result["messages"]] == [
        "Summary of the conversation so far: They talked."
    ]
    assert result["answer"].startswith("You said")


def test_what_cannot_be_summarised_stays() -> None:
    graph = assistant(model_that(summarise=""), history_tokens=5)
    result = graph.invoke({"question": "Hello, how are you today?"})
    assert [message.type for message in result["messages"]] == ["human", "ai"]


LONG = "Hello " + "word " * 100


def test_a_message_that_is_too_long_is_refused_and_not_kept() -> None:
    graph = assistant(model_that(NarrowModel), checkpointer=InMemorySaver())
    with pytest.raises(ValueError, match="101 words are too many"):
        graph.invoke({"question": LONG}, THREAD)
    result = graph.invoke({"question": "Hello!"}, THREAD)
    assert [message.text for message in result["messages"]] == ["Hello!", "You said: Hello!"]


@pytest.mark.parametrize("question", [TALL, "What is 2 + 3?", "Are both of them 38 m?", "Hello!"])
def test_a_turn_that_failed_blocks_none_after_it(question: str) -> None:
    model = model_that(NarrowModel, plan="", summarise="They talked.")
    passages = passages_of("It is 38 metres tall.")
    graph = build_assistant(
        model, ListRetriever(passages=passages), [add], history_tokens=30, checkpointer=InMemorySaver()
    )
    with pytest.raises(ValueError, match="too many"):
        graph.invoke({"messages": [HumanMessage(LONG)]}, THREAD)
    assert graph.get_state(THREAD).values["messages"][0].text == LONG
    result = graph.invoke({"question": question}, THREAD)
    assert result["answer"]
    # It was too long to be summarised at once, too.
    assert len(model.prompts_of("summarise")) > 2
    assert "They talked." in result["messages"][0].text


def test_the_model_counts_its_own_tokens_where_it_can() -> None:
    # By an estimate, so many short words are few tokens.
    question = "Hello! " + "a b c " * 11
    for kind, condenses in ((ScriptedModel, False), (NarrowModel, True)):
        graph = assistant(model_that(kind, chat="Yes."), history_tokens=32)
        assert (graph.invoke({"question": question})["messages"][0].name == SUMMARY) is condenses


def test_small_talk_reads_the_newest_turns_that_fit() -> None:
    model = model_that(NarrowModel, summarise="")  # nothing can be summarised
    graph = assistant(model, checkpointer=InMemorySaver())
    for number in range(9):
        graph.invoke({"question": f"Hello number {number}!"}, THREAD)
    read = model.prompts_of("chat")[-1]
    assert "number 7!" in read
    assert "number 0!" not in read
    assert read.startswith("Hello number")


def test_memories_that_leave_no_room_for_the_question_are_left_out() -> None:
    store = InMemoryStore()
    for key, text in (("long", "Her name is Ada. " * 9), ("short", "Her cat is grey.")):
        store.put(memory_namespace("default"), key, {"text": text})
    result = assistant(model_that(NarrowModel), store=store).invoke({"question": "Hello!"})
    assert result["memories"] == ["Her cat is grey."]


def test_the_conversation_of_a_graph_around_it_is_left_as_it_is() -> None:
    model = model_that()
    inside = assistant(model, history_tokens=20)
    builder = StateGraph(MessagesState)
    builder.add_node("talk", inside)
    builder.add_edge(START, "talk")
    graph = builder.compile(InMemorySaver())
    for number in range(5):
        result = graph.invoke({"messages": [HumanMessage(f"Hello number {number}!")]}, THREAD)
    said = [message.text for message in result["messages"]]
    assert said[::2] == [f"Hello number {number}!" for number in range(5)]
    assert len(said) == 10
    assert not model.prompts_of("summarise")
    # Run by itself, it does summarise.
    assert inside.invoke({"messages": result["messages"][:-1]})["messages"][0].name == SUMMARY


def test_memories_are_recalled_for_their_person_only() -> None:
    store = InMemoryStore(index={"embed": DeterministicFakeEmbedding(size=8), "dims": 8, "fields": ["text"]})
    store.put(memory_namespace("ada"), "name", {"text": "Her name is Ada."})
    store.put(memory_namespace("ada"), "pet", {"text": "Her cat is grey."})
    store.put(memory_namespace("bob"), "name", {"text": "His name is Bob."})
    model = model_that(grade=lambda prompt: "yes" if "Ada" in prompt else "no")
    graph = assistant(model, store=store, checkpointer=InMemorySaver())
    context = AssistantContext(user="ada")
    result = graph.invoke({"question": "Hello! Who am I?"}, THREAD, context=context)
    assert result["memories"] == ["Her name is Ada."]
    assert "Her name is Ada." in model.prompts_of("chat")[0]
    assert not any("Bob" in prompt for _, prompt in model.asked)
    assert [decision["node"] for decision in result["decisions"]] == ["recall", "recall", "choose"]
    nobody = graph.invoke({"question": "Hello! Who am I?"}, {"configurable": {"thread_id": "two"}})
    assert nobody["memories"] == []


class LetterStore(InMemoryStore):
    """Searches a namespace by the letters that it begins with, newest first, as some databases' stores do."""

    def search(self, namespace_prefix: tuple[str, ...], /, *, limit: int = 10, **options: Any) -> Any:
        names = [
            name for name in self.list_namespaces() if ".".join(name).startswith(".".join(namespace_prefix))
        ]
        found = [item for name in names for item in InMemoryStore.search(self, name, limit=100)]
        return sorted(found, key=lambda item: item.updated_at, reverse=True)[:limit]

    async def asearch(self, namespace_prefix: tuple[str, ...], /, **options: Any) -> Any:
        return self.search(namespace_prefix, **options)


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_nobody_whose_name_begins_alike_is_listened_to(asynchronous: bool) -> None:
    store = LetterStore()
    store.put(memory_namespace("ann"), "cat", {"text": "Her cat is grey."})
    for number in range(30):
        store.put(memory_namespace("anna"), f"{number}", {"text": "Her cat is red."})
    graph, asked = assistant(model_that(), store=store), {"question": "Hello!"}
    context = AssistantContext(user="ann")
    if asynchronous:
        result = await graph.ainvoke(asked, context=context)
    else:
        result = graph.invoke(asked, context=context)
    assert result["memories"] == ["Her cat is grey."]


def test_a_person_may_be_named_by_an_address() -> None:
    store = InMemoryStore()
    graph = assistant(model_that(), store=store, checkpointer=InMemorySaver(), history_tokens=5)
    context = AssistantContext(user="ada@example.com")
    assert graph.invoke({"question": "Hello, how are you?"}, THREAD, context=context)["answer"]
    other: Any = {"configurable": {"thread_id": "two"}}
    assert graph.invoke({"question": "Hello!"}, other, context=context)["memories"] == ["They talked."]
    names = ["ada@example.com", "ada@example%2Ecom", "ada@example%com"]
    assert len({memory_namespace(name) for name in names}) == len(names)
    assert memory_namespace("default") == ("memories", "default")


@pytest.mark.parametrize("user", ["", None])
def test_a_person_without_a_name_is_refused(user: Any) -> None:
    with pytest.raises(ValueError, match="user must name a person"):
        AssistantContext(user=user)


def test_the_context_of_the_assistant_checks_what_document_qa_checks() -> None:
    with pytest.raises(ValueError, match="max_passages"):
        AssistantContext(max_passages=0)


def test_what_memories_and_question_have_in_common_counts() -> None:
    store = InMemoryStore()
    store.put(memory_namespace("default"), "height", {"text": "Her tower is tall."})
    store.put(memory_namespace("default"), "pet", {"text": "Her cat is grey."})
    evidence = Evidence(WordEmbedder(), grade=0.0, similarity=6.0, bias=-3.0)
    # The model says yes to both of them.
    graph = assistant(model_that(grade="yes"), store=store, judgement=Judgement(evidence=evidence))
    assert graph.invoke({"question": "Hello tall tower!"})["memories"] == ["Her tower is tall."]


def test_a_summary_is_kept_for_other_threads() -> None:
    store = InMemoryStore()
    model = model_that()
    graph = assistant(model, store=store, checkpointer=InMemorySaver(), history_tokens=5)
    graph.invoke({"question": "Hello, how are you today?"}, THREAD)
    assert graph.invoke({"question": "Hello again!"}, THREAD)["memories"] == []
    result = graph.invoke({"question": "Hello!"}, {"configurable": {"thread_id": "two"}})
    assert result["memories"] == ["They talked."]


def test_turns_on_threads_of_their_own_share_the_summary_of_their_conversation() -> None:
    store = InMemoryStore()
    graph = assistant(model_that(), store=store, checkpointer=InMemorySaver(), history_tokens=5)
    recalled = []
    for thread, conversation in (("1", "a"), ("2", "a"), ("3", "b")):
        config: Any = {"configurable": {"thread_id": thread}}
        context = AssistantContext(conversation=conversation)
        recalled.append(graph.invoke({"question": "Hello again!"}, config, context=context)["memories"])
    assert recalled == [[], [], ["They talked."]]
    assert {item.key for item in store.search(memory_namespace("default"))} == {"a", "b"}


def test_a_pause_for_approval_inside() -> None:
    notes: list[str] = []
    model = model_that(tool=[calls(("note", {"text": "a"})), "Kept."])
    graph = build_assistant(model, tools=[note_tool(notes)], checkpointer=InMemorySaver())
    paused = graph.invoke({"question": "Keep a note"}, THREAD)
    assert paused["__interrupt__"][0].value["calls"][0]["name"] == "note"
    result = graph.invoke(Command(resume=True), THREAD)
    assert (notes, result["answer"], result["route"]) == (["a"], "Kept.", "tools")


def test_rewind_and_fork() -> None:
    graph = assistant(model_that(), checkpointer=InMemorySaver())
    graph.invoke({"question": "Hello one!"}, THREAD)
    after_one = graph.get_state(THREAD)
    graph.invoke({"question": "Hello two!"}, THREAD)
    fork = graph.invoke({"question": "Hello three!"}, after_one.config)
    said = [message.text for message in fork["messages"] if isinstance(message, HumanMessage)]
    assert said == ["Hello one!", "Hello three!"]
    ends = [state for state in graph.get_state_history(THREAD) if not state.next]
    assert len(ends) == 3


def test_it_streams_each_message_once_from_every_depth() -> None:
    for question in (TALL, "What is 2 + 3?", "Hello!"):
        shown: dict[str, str] = {}
        events = []
        for part in assistant(model_that()).stream(
            {"question": question}, stream_mode=["messages", "custom"], subgraphs=True, version="v2"
        ):
            if part["type"] == "messages":
                message = part["data"][0]
                shown[str(message.id)] = shown.get(str(message.id), "") + message.text
            else:
                events.append(part["data"]["node"])
        final = [text for text in shown.values() if text and text != question]
        assert final[-1] in ("38 metres", "It is 14.", "You said: Hello!")
        assert len(final) == len(set(final))
        assert events[0] == "choose"


async def test_it_runs_async() -> None:
    store = InMemoryStore()
    await store.aput(memory_namespace("default"), "name", {"text": "Her name is Ada."})
    graph = assistant(model_that(PortedModel), store=store, checkpointer=InMemorySaver(), history_tokens=5)
    for question, answer in (
        (TALL, "38 metres"),
        ("What is 2 + 3?", "It is 14."),
        ("Hello!", "You said: Hello!"),
    ):
        result = await graph.ainvoke({"question": question}, {"configurable": {"thread_id": question}})
        assert result["answer"] == answer
    assert result["memories"]


def test_thresholds_reach_the_roads() -> None:
    model = model_that(PortedModel)
    graph = assistant(model, judgement=Judgement(Thresholds(support=0.95)))
    assert graph.invoke({"question": TALL})["abstained"]
    lenient = AssistantContext(thresholds=Thresholds(0, 0, 0))
    assert not graph.invoke({"question": TALL}, context=lenient)["abstained"]


def test_the_thresholds_of_a_run_reach_its_memories() -> None:
    store = InMemoryStore()
    store.put(memory_namespace("default"), "name", {"text": "Her name is Ada."})
    graph = assistant(model_that(PortedModel, grade=0.8), store=store)
    assert graph.invoke({"question": "Hello!"})["memories"] == ["Her name is Ada."]
    strict = AssistantContext(thresholds=Thresholds(relevance=0.9))
    assert graph.invoke({"question": "Hello!"}, context=strict)["memories"] == []


@pytest.mark.parametrize("route", ["tools", "reason"])
def test_the_thresholds_of_a_run_reach_its_tools(route: str) -> None:
    model = ScoringModel(script={"route": route, "plan": "", "tool": "Hm."}, likely={"tower": 0.6})
    graph = build_assistant(
        model, tools=[tower], judgement=Judgement(tool_evidence=Evidence(WordEmbedder(), grade=1.0))
    )
    strict = AssistantContext(thresholds=Thresholds(tool=0.7))
    graph.invoke({"question": "How tall is the tower?"}, context=strict)
    assert model.offered == []
    graph.invoke({"question": "How tall is the tower?"})
    assert model.offered == [(["tower"], "any")]


def test_a_length_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="history_tokens"):
        build_assistant(model_that(), history_tokens=0)


def test_the_graphs_inside_take_as_many_steps_as_alone() -> None:
    def add_on(prompt: str) -> AIMessage:
        sums = len(prompt.splitlines()) // 2
        return calls(("add", {"a": sums, "b": 0})) if sums < 6 else AIMessage("That is all.")

    result = assistant(model_that(tool=add_on)).invoke({"question": "Keep on adding 2 + 3."})
    assert (result["answer"], len(result["calls"])) == ("That is all.", 6)

    model = model_that(grade=["no"] * 4 + ["yes"], rewrite=["The lighthouse?", "Its height?"])
    assert assistant(model).invoke({"question": TALL})["answer"] == "38 metres"

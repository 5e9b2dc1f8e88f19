"""What `python main.py eval …` measures: each takes rows, asks the program and returns figures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.context import Context

Rows = list[Any]
Measure = Callable[["Context", Rows, Callable[[], None]], dict[str, Any]]
"""Takes where to measure, the rows, and what is called after each; returns the figures as JSON."""


def measure_reading(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Answer questions from the passages that come with them."""
    from agent.evaluation.reading import evaluate_reading
    from agent.parts.judgement import open_judgement
    from agent.parts.models import open_model
    from rag.minilm import MiniLM

    model, embedder = open_model(context.settings), MiniLM()
    judgement = open_judgement(context.settings, model, embedder)
    return evaluate_reading(model, rows, judgement=judgement, embedder=embedder, on_row=on_row)


def measure_relevance(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Tell sentences that answer from others."""
    from agent.evaluation.relevance import evaluate_relevance
    from agent.parts.judgement import open_judgement
    from rag.minilm import MiniLM

    model, embedder = _choice_model(context), MiniLM()
    judgement = open_judgement(context.settings, model, embedder)
    return evaluate_relevance(
        model,
        rows,
        threshold=judgement.thresholds.relevance,
        embedder=embedder,
        evidence=judgement.evidence,
        on_row=on_row,
    )


def measure_rewrite(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Make follow-ups stand alone."""
    from agent.evaluation.rewrite import evaluate_rewrite
    from agent.parts.models import open_model

    return evaluate_rewrite(open_model(context.settings), rows, on_row)


def measure_route(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Send messages to the right graph."""
    from agent.evaluation.route import evaluate_route

    return evaluate_route(_choice_model(context), rows, on_row)


def measure_tools(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Call the right tool, or none."""
    from agent.evaluation.tools import evaluate_tools
    from agent.parts.judgement import open_judgement
    from agent.parts.models import open_model
    from graphs.mind import Mind
    from graphs.tool_agent.choice import ToolChoice
    from rag.minilm import MiniLM

    model, embedder = open_model(context.settings), MiniLM()
    judgement = open_judgement(context.settings, model, embedder)
    choice = ToolChoice(Mind(model), judgement)
    return evaluate_tools(choice, rows, embedder=embedder, on_row=on_row)


def measure_language(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Foresee text."""
    from agent.parts.models import own_weights_folder
    from llm.evaluation.language import bits_per_byte
    from llm.model.gpt import GPT
    from llm.tokenization.tokenizer import Tokenizer

    folder = own_weights_folder(context.settings.model)

    def texts() -> Any:
        for row in rows:
            yield row["text"]
            on_row()

    result = bits_per_byte(GPT.from_pretrained(folder), Tokenizer.load(folder), texts())
    return {"n": len(rows), **result}


def measure_own_tools(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Do tasks with the agent's own tools, as the assistant would."""
    from agent.evaluation.invented_world import invent
    from agent.evaluation.own_tools import SEED, evaluate_own_tools
    from agent.evaluation.temporary_assembly import assembly_over
    from agent.tools import build_tools
    from graphs import ToolPolicy, build_tool_agent

    with assembly_over(invent(SEED).write, context.settings) as assembly:
        offered = build_tools(assembly.library.get(), assembly.memory)
        free, judgement = ToolPolicy(approval=()), assembly.judgement()
        agent = build_tool_agent(assembly.model.get(), offered, policy=free, judgement=judgement)
        return evaluate_own_tools(agent, offered, rows, embedder=assembly.embedder.get(), on_row=on_row)


def measure_two_hop(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Ask the reasoner and document Q&A, as the assistant builds them, what takes two files."""
    from agent.evaluation.invented_world import invent
    from agent.evaluation.temporary_assembly import assembly_over
    from agent.evaluation.two_hop import SEED, Graph, evaluate_two_hop
    from graphs import build_document_qa, build_reasoner

    with assembly_over(invent(SEED).write, context.settings) as assembly:
        model, judgement = assembly.model.get(), assembly.judgement()
        retriever = assembly.library.get().retriever(context.settings.passages)
        graphs: dict[str, Graph] = {
            "reasoner": build_reasoner(model, retriever, judgement=judgement),
            "document_qa": build_document_qa(model, retriever, judgement=judgement),
        }
        embedder = assembly.embedder.get()
        return evaluate_two_hop(graphs, rows, retriever=retriever, embedder=embedder, on_row=on_row)


def measure_retrieval(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
    """Find the passages that hold the answers in the folders of the settings."""
    from agent.assembly import Assembly
    from agent.evaluation.retrieval import DEPTH, evaluate_retrieval

    library = Assembly(context.settings, context.paths).library.get()
    return evaluate_retrieval(library.retriever(DEPTH), rows, on_row)


def measure_documents_of(folder: Path) -> Measure:
    """Return the measure of questions over a folder."""

    def measure(context: Context, rows: Rows, on_row: Callable[[], None]) -> dict[str, Any]:
        from agent.assembly import Assembly
        from agent.evaluation.documents import evaluate_documents
        from rag.minilm import MiniLM

        return evaluate_documents(
            Assembly(context.settings.model_copy(update={"docs": [folder]}), context.paths),
            folder,
            rows,
            embedder=MiniLM(),
            on_row=on_row,
        )

    return measure


def _choice_model(context: Context) -> Any:
    """Open the model, which must give probabilities.

    Raises:
        HomespunError: It is a foreign model, which gives none.
    """
    from agent.errors import HomespunError
    from agent.parts.models import open_model
    from graphs.ports import ChoiceModel, offers

    model = open_model(context.settings)
    if not offers(model, ChoiceModel):
        raise HomespunError(
            f"The model {context.settings.model!r} gives no probabilities of choices: "
            "this measure needs one of Homespun's own models."
        )
    return model

"""Shows an inspection: as a table in the terminal, as a picture in a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from llm.inspection import InspectedToken, Inspection


def as_table(inspection: Inspection, places: Sequence[str] = ()) -> Table:
    """Lay out an answer, a row for each token: green where it was copied, yellow where it was unsure.

    Args:
        inspection: What to show.
        places: For each token of the prompt where it comes from, such as a file and line.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for head in ("token", "probability", "entropy"):
        table.add_column(head, no_wrap=True, justify="left" if head == "token" else "right")
    for head in ("copied from", "looked at"):
        table.add_column(head, overflow="fold")
    for token in inspection.tokens:
        table.add_row(
            escape(_visible(token.text)),
            f"{token.probability:.0%}",
            f"{token.entropy:.1f} bits",
            escape(_origin(inspection, token, places)),
            escape(
                ", ".join(f"{_visible(source.text).strip()} {source.weight:.0%}" for source in token.sources)
            ),
            style="green" if token.copied_from is not None else "yellow" if token.entropy > 2 else "",
        )
    return table


def draw(inspection: Inspection, path: Path, most: int = 60) -> None:
    """Draw where each answer token looked as a picture (PNG), the most watched tokens across.

    Args:
        inspection: What to draw.
        path: Where the picture goes.
        most: Most tokens across; those that nobody looked at are left out first.

    Raises:
        ModuleNotFoundError: matplotlib is not installed.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    attention = inspection.attention[:, 1:]  # idle heads rest on the first token: it would outshine the rest
    watched = attention.sum(0).topk(min(most, attention.shape[1])).indices.sort().values
    texts = [*inspection.prompt, *(token.text for token in inspection.tokens)]
    figure, axes = pyplot.subplots(
        figsize=(3 + len(watched) / 5, 2 + len(inspection.tokens) / 5), layout="constrained"
    )
    axes.imshow(attention[:, watched].numpy(), cmap="Blues", aspect="auto")
    # A dollar sign would begin a formula.
    labels = [_visible(text).replace("$", r"\$") for text in texts]
    columns = [labels[place + 1] for place in watched.tolist()]
    rows = labels[len(inspection.prompt) :]
    axes.set_xticks(range(len(columns)), columns, rotation=90, fontsize=7)
    axes.set_yticks(range(len(rows)), rows, fontsize=7)
    axes.set_xlabel("tokens looked at")
    axes.set_ylabel("answer")
    figure.savefig(path, dpi=120, format="png")
    pyplot.close(figure)


def _origin(inspection: Inspection, token: InspectedToken, places: Sequence[str]) -> str:
    if token.copied_from is None:
        return ""
    around = inspection.prompt[max(token.copied_from - 3, 0) : token.copied_from + 2]
    place = places[token.copied_from] if places else ""
    return f"{place} …{_visible(''.join(around))}…".lstrip()


def _visible(text: str) -> str:
    """Make blanks alone and line breaks visible, and harmless what a terminal would obey."""
    if not text.strip(" "):
        return "\N{OPEN BOX}" * len(text)
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text.replace("\n", "⏎")
    )

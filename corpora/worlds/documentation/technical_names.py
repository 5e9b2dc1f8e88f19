"""Names of invented technical things: models, methods, functions, options, files, errors."""

from __future__ import annotations

import random

from corpora.worlds import names

_TOPICS = (
    "token gradient feature sequence image text graph label sample memory batch span patch channel layer "
    "kernel vector pixel speech query document frame path node edge cluster prior reward"
).split()
_MANNERS = (
    "adaptive sparse dense cyclic residual gated masked stochastic contrastive hierarchical recursive "
    "greedy lazy local global deep weighted dynamic causal balanced robust iterative joint shallow"
).split()
_ACTS = (
    "averaging mixing masking pruning sampling smoothing pooling matching clipping warping scaling "
    "ranking alignment distillation normalisation regularisation routing search boosting encoding "
    "decoding embedding propagation estimation clustering attention descent dropping"
).split()
_AGENTS = (
    "router gate sampler planner validator tracker resolver scheduler monitor mixer probe allocator filter "
    "encoder projector buffer stage layer compiler daemon"
).split()
_HEADS = "score rate ratio index error accuracy distance gain coverage loss".split()
_MODEL_ENDS = (
    "Net Former BERT Net++ LM GAN VAE CNN RNN Gen Vision Seg Net-S Mixer Coder Speech Flow Encoder"
).split()
_MODEL_SIZES = ("", "", "", "-50", "-101", "-base", "-large", "-tiny", "-7B", "-v2", " XL", "-B4", "-12")
_OPTIMISER_ENDS = "Grad Prop Sign Mom Delta Opt Step Adam SGD".split()
_VERBS = (
    "load save open close read write fetch merge split build parse scan sort drop flush check find list "
    "make copy move apply reset start stop lock sync push pull render resize encode decode batch shuffle"
).split()
_OBJECTS = (
    "index table file frame shard token session cache queue page record cursor worker buffer image model "
    "weights schema batch socket key user config archive block stream event job task route header"
).split()
_QUALITIES = (
    "max min default keep allow force log cache use skip strict lazy async remote local initial warmup "
    "dropout hidden batch retry idle read write soft hard"
).split()
_QUANTITIES = "size count rate limit steps depth width timeout interval order level mode ratio age".split()
_CLASS_ENDS = (
    "Reader Writer Loader Store Pool Builder Router Tracker Layer Encoder Sampler Scheduler Handler View"
).split()
_FILE_ENDS = "toml yaml json conf ini log db lock env xml cfg".split()
_FOLDERS = "/etc /var/lib /var/log ~/.config /opt ~/.cache /usr/share /srv".split()
_ERROR_ENDS = "Error Exception Failure Warning".split()
_MESSAGES = (
    "no such table",
    "permission denied",
    "connection refused",
    "shape mismatch",
    "out of memory",
    "invalid header",
    "broken pipe",
    "index out of range",
    "lock wait timeout exceeded",
    "unknown encoding",
    "bad magic number",
    "certificate expired",
    "too many open files",
    "disk quota exceeded",
    "unexpected end of file",
    "device not found",
    "version conflict",
    "stale handle",
)


def _capitals(draw: random.Random, count: int) -> str:
    return "".join(draw.choice("ABCDEFGHIKLMNOPQRSTVWXZ") for _ in range(count))


def word(draw: random.Random) -> str:
    """Invent a short word, capitalised."""
    while len(name := names.word(draw)) > 8:
        pass
    return name


def model(draw: random.Random) -> str:
    """Invent a neural network."""
    stem = draw.choice((word(draw), word(draw), draw.choice(_MANNERS).capitalize(), _capitals(draw, 1)))
    return stem + draw.choice(_MODEL_ENDS) + draw.choice(_MODEL_SIZES)


def method(draw: random.Random) -> str:
    """Invent a technique, in lower case as documents write it."""
    name = f"{draw.choice(_MANNERS)} {draw.choice(_TOPICS)} {draw.choice(_ACTS)}"
    return draw.choice((name, name, name.split(" ", 1)[1], f"{word(draw)} {name.split()[-1]}"))


def abbreviated_method(draw: random.Random) -> str:
    """Invent a technique with its abbreviation in brackets."""
    name = f"{draw.choice(_MANNERS)} {draw.choice(_TOPICS)} {draw.choice(_ACTS)}"
    return f"{name} ({''.join(part[0] for part in name.split()).upper()})"


def optimiser(draw: random.Random) -> str:
    """Invent an optimiser."""
    return word(draw)[:5].rstrip("aeiou") + draw.choice("aio") + draw.choice(_OPTIMISER_ENDS)


def component(draw: random.Random) -> str:
    """Invent a part of a program or a network, with its article."""
    return f"the {draw.choice((*_TOPICS, *_MANNERS, *_OBJECTS))} {draw.choice(_AGENTS)}"


def person(draw: random.Random) -> str:
    """Invent a person's name."""
    return f"{names.person(draw).split()[0]} {word(draw)}"


def collection(draw: random.Random) -> str:
    """Invent a data set."""
    stem = word(draw)
    return draw.choice(
        (f"{stem}Bank", f"Open{stem}", f"{stem}-{draw.randint(2, 900)}K", f"the {stem} corpus")
    )


def title(draw: random.Random) -> str:
    """Invent the title of a paper."""
    manner, topic, act = (draw.choice(words).capitalize() for words in (_MANNERS, _TOPICS, _ACTS))
    return draw.choice(
        (
            f"Learning to {draw.choice(_VERBS).capitalize()} {topic}s",
            f"{manner} {act} of {topic}s",
            f"On the {act} of {manner} {topic}s",
            f"{topic} {act} Made Easy",
            f"{word(draw)}: {manner} {topic} {act}",
            f"Towards {manner} {topic} {act}",
        )
    )


def organisation(draw: random.Random) -> str:
    """Invent a company or an institute."""
    return word(draw) + draw.choice((" Systems", " Labs", " Research", "", " University", " Foundation"))


def metric(draw: random.Random) -> str:
    """Invent a measure of quality, in lower case, with no article."""
    return f"{draw.choice((*_MANNERS, 'mean', 'median'))} {draw.choice(_TOPICS)} {draw.choice(_HEADS)}"


def abbreviation(draw: random.Random) -> str:
    """Invent an abbreviation, as protocols and formats have them."""
    return _capitals(draw, draw.choice((3, 3, 4))) + draw.choice(("", "", "", "/2", "5", "-3", "v2"))


def tool(draw: random.Random) -> str:
    """Invent a program, a service or a library."""
    stem = word(draw)
    return draw.choice((stem, stem, stem + "DB", stem + "MQ", stem.lower() + "ctl", "Py" + stem.lower()))


def device(draw: random.Random) -> str:
    """Invent a chip, a board or an instrument."""
    return f"{word(draw)} {draw.choice(('', 'A', 'T', 'RX-', 'Pi ', 'M'))}{draw.randint(2, 990)}"


def function(draw: random.Random) -> str:
    """Invent a function, with its module or without."""
    name = f"{draw.choice(_VERBS)}_{draw.choice(_OBJECTS)}"
    return draw.choice((name, f"{name}()", f"{word(draw).lower()}.{name}", _camel(name)))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def class_name(draw: random.Random) -> str:
    """Invent a class."""
    return draw.choice((*_MANNERS, *_OBJECTS)).capitalize() + (
        draw.choice(_OBJECTS).capitalize() + draw.choice(_CLASS_ENDS)
    )


def key(draw: random.Random) -> str:
    """Invent a configuration key or a parameter."""
    parts = [draw.choice(_QUALITIES), draw.choice((*_OBJECTS, *_TOPICS)), draw.choice(_QUANTITIES)]
    shown = parts if draw.random() < 0.4 else parts[draw.randint(0, 1) :][:2]
    name = draw.choice("__.-").join(shown)
    return draw.choice((name, name, name, _camel("_".join(shown)), "_".join(shown).upper()))


def flag(draw: random.Random) -> str:
    """Invent an option of a command."""
    return "--" + "-".join((draw.choice(_QUALITIES), draw.choice((*_OBJECTS, *_QUANTITIES))))


def command(draw: random.Random) -> str:
    """Invent a command with its subcommand."""
    verb = draw.choice(_VERBS)
    return f"{word(draw).lower()} {draw.choice((verb, verb + ' ' + draw.choice(_OBJECTS), verb + '-all'))}"


def file(draw: random.Random) -> str:
    """Invent the name of a file."""
    return f"{draw.choice((*_OBJECTS, *_TOPICS))}.{draw.choice(_FILE_ENDS)}"


def path(draw: random.Random) -> str:
    """Invent the path of a file or a folder."""
    return f"{draw.choice(_FOLDERS)}/{word(draw).lower()}/{draw.choice((file(draw), draw.choice(_OBJECTS)))}"


def error(draw: random.Random) -> str:
    """Invent an error: a class, a code or a message."""
    code = f"{draw.choice('EWHX')}{draw.randint(100, 9999)}"
    return draw.choice(
        (
            draw.choice(_OBJECTS).capitalize() + draw.choice(_VERBS).capitalize() + draw.choice(_ERROR_ENDS),
            code,
            draw.choice(_MESSAGES),
            f"{draw.choice(_OBJECTS)} {draw.choice(_MESSAGES)}",
        )
    )


def version(draw: random.Random) -> str:
    """Draw the number of a release."""
    return f"{draw.choice(('', '', 'v'))}{draw.randint(0, 12)}.{draw.randint(0, 19)}"

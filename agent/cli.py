"""The command line: `python main.py --help`."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from agent.command_group import DEFAULT_COMMAND, CommandPlace, LazyGroup, ReaderGoneError
from agent.errors import DEBUG_VARIABLE, EXIT_FAULT, EXIT_USAGE, explain, is_debugging
from agent.offline import stay_offline
from agent.version import VERSION

EXIT_INTERRUPTED = 130
"""What shells report of a program that Ctrl-C ended."""
_LEAVE_AT_ONCE = frozenset({"chat", "ask"})
"""Commands that a person waits for, and that have nothing open when they are done."""

COMMANDS = {
    "chat": CommandPlace("agent.commands.chat", "Talk in the terminal; what runs when no command is given."),
    "ask": CommandPlace("agent.commands.ask", "Answer one question from a folder, with its sources."),
    "index": CommandPlace("agent.commands.index", "Read a folder, so that questions are answered at once."),
    "threads": CommandPlace("agent.commands.threads", "List, export or delete saved conversations."),
    "settings": CommandPlace("agent.commands.settings", "Show every setting and where its value comes from."),
    "doctor": CommandPlace("agent.commands.doctor", "Check the installation and say how to mend it."),
    "serve": CommandPlace("agent.commands.serve", "Offer the model and the documents over HTTP."),
    "bench": CommandPlace("agent.commands.bench", "Measure how fast everything is on this machine."),
    "inspect": CommandPlace(
        "agent.commands.inspect", "Show what the model copied, how sure it was, and where it looked."
    ),
    "eval": CommandPlace("agent.commands.evaluate", "Measure how good the model is at its tasks."),
    "train": CommandPlace("agent.commands.train", "Train a model from a configuration file."),
    "tune": CommandPlace("agent.commands.tune", "Search good values for a training configuration."),
    "finetune": CommandPlace(
        "agent.commands.finetune", "Go on training on a folder of your own, into new weights."
    ),
    "calibrate": CommandPlace(
        "agent.commands.calibrate", "Fit the probabilities of weights to held-out data."
    ),
    "export": CommandPlace("agent.commands.export", "Write the weights for llama.cpp."),
    "corpus": CommandPlace("agent.commands.corpus", "Build what a model is trained on."),
    "completion": CommandPlace("agent.commands.completion", "Print the completion script of your shell."),
}


@click.group(
    cls=LazyGroup,
    places=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Add --debug to any command to see where an error comes from.",
)
@click.version_option(VERSION, prog_name="homespun")
def cli() -> None:
    """Homespun: cited answers from your folders, by a language model of its own, offline."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if _take_debug(given):
        os.environ[DEBUG_VARIABLE] = "1"
    stay_offline()
    _open_closed_streams()
    code = _flush(run(given))
    if _command(given) in _LEAVE_AT_ONCE:
        _leave(code)
    sys.exit(code)


def _open_closed_streams() -> None:
    """Read nothing from a closed standard stream, and write nowhere: Python has None in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - until the process ends


def _command(arguments: Sequence[str]) -> str:
    first = arguments[0] if arguments else DEFAULT_COMMAND
    return DEFAULT_COMMAND if first.startswith("-") else first


def _flush(code: int) -> int:
    """Write what is held back still, and return the exit code; what cannot be written is given up."""
    try:
        sys.stdout.flush()
    except OSError as error:
        _give_output_up()
        return code if isinstance(error, BrokenPipeError) else code or _report(error)
    return code


def _give_output_up() -> None:
    """Send what cannot be written nowhere: otherwise it fails again, loudly, when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(code: int) -> NoReturn:
    """End the process without unloading the libraries, which would take a second or more."""
    with contextlib.suppress(OSError, AttributeError):  # nobody can read it
        sys.stderr.flush()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code; errors become one sentence on stderr."""
    try:
        outcome = cli.main(args=arguments, prog_name=_program_name(), standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except (BrokenPipeError, ReaderGoneError):
        _give_output_up()  # whoever read it has seen enough
        return 0
    except click.ClickException as error:
        _complain(error.format_message())
        return EXIT_USAGE
    except Exception as error:  # the last resort
        return _report(error)
    return outcome if isinstance(outcome, int) else 0


def _report(error: Exception) -> int:
    if is_debugging():
        traceback.print_exception(error)
    sentence = explain(error)
    if sentence is not None:
        _complain(sentence)
        return EXIT_USAGE
    advice = "Run the command again with --debug to see where, and please report it."
    if is_debugging():
        advice = "Please report it, with the lines above."
    _complain(f"Homespun made a mistake ({type(error).__name__}: {error}). {advice}")
    return EXIT_FAULT


def _complain(sentence: str) -> None:
    from agent.rendering.escape import one_line

    with contextlib.suppress(OSError):  # nobody can read it, and the exit code says it still
        click.echo(f"Error: {one_line(sentence)}", err=True)


def _take_debug(arguments: list[str]) -> bool:
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    wanted = "--debug" in own
    if wanted:
        arguments.remove("--debug")
    return wanted or is_debugging()


def _program_name() -> str:
    return "python main.py" if os.path.basename(sys.argv[0]) == "main.py" else "homespun"

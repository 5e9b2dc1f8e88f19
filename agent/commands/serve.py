"""`python main.py serve`: the model and the documents over HTTP."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import click

from agent.context import docs_option, model_option, open_context, settings_options
from agent.errors import HomespunError, MissingExtraError, SettingsError


@click.command("serve")
@docs_option
@model_option
@settings_options
@click.option("--host", help="Address to listen on; another than loopback needs a token.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
def command(
    docs: tuple[Path, ...],
    model: str | None,
    config: Path | None,
    assignments: tuple[str, ...],
    host: str | None,
    port: int | None,
) -> None:
    """Offer the model and the documents over HTTP.

    /v1/chat/completions and /v1/models speak OpenAI's interface; /v1/documents/ask takes a question and
    returns what ask --json prints; /health says what is still loading. Changes of the folders are read while
    it runs.
    """
    wanted = {"serve.host": host, "serve.port": port}
    given = [f"{name}={value}" for name, value in wanted.items() if value is not None]
    context = open_context(docs, model, config, [*assignments, *given])
    settings = context.settings.serve
    if not settings.token and not _is_loopback(settings.host):
        raise SettingsError(
            f"Everyone on the network could ask at {settings.host}: set a token in HOMESPUN_SERVE__TOKEN."
        )
    try:
        import uvicorn

        from agent.serve.app import build_app
    except ImportError as error:
        raise MissingExtraError("The server", "serve") from error
    from agent.assembly import Assembly

    listener = _listen(settings.host, settings.port)
    assembly = Assembly(context.settings, context.paths)
    assembly.model.get()  # without weights there is nothing to serve
    assembly.preload()
    app = build_app(assembly, settings)
    place = f"[{settings.host}]" if ":" in settings.host else settings.host
    port = listener.getsockname()[1]
    click.echo(f"Serving {context.settings.model} at http://{place}:{port}/v1", err=True)
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before anything is loaded: whether it is free shows at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise HomespunError(
            f"The server cannot listen at {host}, port {port} ({error.strerror}): choose another with --port "
            "or --host."
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

"""The settings: what each means, and where its value may come from.

A flag wins over an environment variable (`HOMESPUN_PASSAGES=4`), which wins over the settings file,
which wins over the default. `python main.py settings` shows every value and its origin.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from agent.configuration.paths import expand_home

ENVIRONMENT_PREFIX = "HOMESPUN_"
NESTED_DELIMITER = "__"

Switch = Literal["auto", "always", "never"]
Workflow = Literal["assistant", "documents"]
ServerName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
"""Begins the names of a server's tools, so it holds what such names may hold."""


class ServeSettings(BaseModel):
    """Settings of `python main.py serve`."""

    model_config = ConfigDict(extra="forbid", validate_default=True)

    host: str = Field("127.0.0.1", description="Address to listen on; another than loopback needs a token.")
    port: int = Field(8321, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    token: str = Field("", description="What a caller must send as its API key; empty asks for none.")
    concurrency: int = Field(1, ge=1, le=64, description="Requests that are answered at the same time.")
    queue: int = Field(16, ge=0, le=1000, description="Requests that may wait; more are refused with 429.")
    body_bytes: int = Field(1_000_000, ge=1_000, description="Largest request that is read, in bytes.")


class ToolServer(BaseModel):
    """A server of tools that speaks the Model Context Protocol: a program to start, or an address."""

    model_config = ConfigDict(extra="forbid")

    command: str = Field("", description="Program that is started and spoken to over its input and output.")
    args: list[str] = Field(default_factory=list, description="Arguments of the program.")
    env: dict[str, str] = Field(default_factory=dict, description="Environment variables of the program.")
    url: str = Field("", description="Address of a server that runs already, in place of a program.")

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> ToolServer:
        if bool(self.command) == bool(self.url):
            raise ValueError("a server of tools has either a command or a url")
        return self


class Settings(BaseSettings):
    """Everything that a person can set."""

    model_config = SettingsConfigDict(
        extra="forbid",
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter=NESTED_DELIMITER,
        validate_default=True,
        protected_namespaces=(),
    )

    docs: Annotated[list[Path], NoDecode] = Field(
        default_factory=list,
        description="Folders whose documents are asked; the sample handbook when there is none.",
    )
    model: str = Field(
        "homespun",
        description="The language model: the name of shipped weights, a weights folder, or provider:name.",
    )
    base_url: str = Field("", description="Address of an OpenAI-compatible server, for provider:name models.")
    embedder: str = Field(
        "", description="Model or folder of sentence-transformers; empty for the packaged one."
    )
    chroma_url: str = Field(
        "", description="Address of a Chroma server that many share; empty runs Chroma here."
    )
    workflow: Workflow = Field(
        "assistant",
        description="What the chat does with a message: choose between documents, tools, reasoning and talk, "
        "or always ask the documents.",
    )
    quoting: Literal["score", "generate"] | None = Field(
        None,
        description="How the sentence to quote is found: the model grades every sentence, or copies one out. "
        "Unset, our own model grades, which finds the right one about twice as often, and any other copies.",
    )
    passages: int = Field(6, ge=1, le=50, description="Passages that are read for a question.")

    confidence: float | None = Field(
        None, ge=0, le=1, description="Least confidence of an answer; unset takes the published threshold."
    )
    processors: int = Field(0, ge=0, le=512, description="Processor cores that the model uses; 0 for all.")
    colour: Switch = Field("auto", description="Colours in the terminal; auto also heeds NO_COLOR.")
    hyperlinks: Switch = Field("auto", description="Whether sources are links that the terminal can open.")
    unicode: Switch = Field("auto", description="Whether characters beyond ASCII are printed.")
    editor: str = Field("", description="Command that opens a source; {path} and {line} are filled in.")
    trace: bool = Field(False, description="Show every step of the graph while it answers.")
    history: int = Field(
        6, ge=0, le=100, description="Turns of the conversation that a follow-up may refer to."
    )
    threads: int = Field(500, ge=1, description="Threads that are kept; older ones are deleted.")
    mcp: dict[ServerName, ToolServer] = Field(
        default_factory=dict,
        description="Servers of tools that the assistant may call, over the Model Context Protocol: a table "
        "[mcp.NAME] for each, with command and args, or url.",
    )
    serve: ServeSettings = Field(default_factory=ServeSettings, description="The server.")

    @field_validator("docs", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        if isinstance(value, str):
            return [part for part in value.split(os.pathsep) if part]
        return value

    @field_validator("docs")
    @classmethod
    def _expand_home(cls, value: list[Path]) -> list[Path]:
        return [expand_home(folder) for folder in value]

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take values from the arguments alone; `agent.configuration.layers` reads the rest."""
        return (init_settings,)

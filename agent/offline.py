"""Keep every library quiet and off the network; to be called before the heavy imports."""

from __future__ import annotations

import os

_FORCED = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    # A variable left over from another project must not send these conversations to a service.
    "LANGSMITH_TRACING": "false",
    "LANGSMITH_TRACING_V2": "false",
    "LANGCHAIN_TRACING_V2": "false",
}
_QUIET = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
}


def stay_offline() -> None:
    """Set the environment variables that the libraries read when they are imported."""
    os.environ.update(_FORCED)
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)

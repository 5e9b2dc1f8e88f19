"""What the model may call: documents, arithmetic, dates, units and memory."""

from agent.tools.toolbox import build_tools

__all__ = ["build_tools"]

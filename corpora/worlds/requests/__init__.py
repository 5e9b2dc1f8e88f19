"""Requests for tools: what people type, the tools on offer, and the call that is asked for."""

from corpora.worlds.requests.all_requests import KINDS, WELL, requests

__all__ = ["KINDS", "WELL", "requests"]

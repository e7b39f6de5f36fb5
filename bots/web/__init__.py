"""A local web chat with the same cards as everywhere: what a newcomer sees first."""

from __future__ import annotations

from bots.web.platform import Web

__all__ = ["Web"]

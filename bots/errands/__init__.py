"""Errands: work that takes longer than a unit of work, done beside the conversation."""

from bots.errands.worker import Errands

__all__ = ["Errands"]

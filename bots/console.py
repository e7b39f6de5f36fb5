"""How every command speaks to the operator: results to one stream, sentences on what is wrong to the other."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.text import Text

from bots import logs
from bots.settings import Settings
from bots.trouble import explain
from core.errors import BadFile

T = TypeVar("T")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def read_settings() -> Settings:
    """The settings; what is wrong with them is said in a sentence, and the exit code is 1."""
    try:
        settings = Settings()
    except (ValidationError, SettingsError, UnicodeDecodeError) as error:
        raise fail(explain(error) or str(error)) from None
    logs.configure(settings.log_level)
    return settings


def finish(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Do the work; what an operator can put right is said in a sentence, and the exit code is 1."""
    try:
        return asyncio.run(work)
    except BadFile:
        raise
    except (Exception, BaseExceptionGroup) as error:
        sentence = explain(error, settings)
        if sentence is None:
            raise
        raise fail(sentence) from None


def fail(sentence: str) -> typer.Exit:
    """Say what is wrong; what is returned ends the command with exit code 1."""
    err.print(Text(sentence), soft_wrap=True)
    return typer.Exit(1)

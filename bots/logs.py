"""Logs: lines for people at a terminal, JSON for machines, and never a secret."""

from __future__ import annotations

import logging
import sys

import structlog

QUIET = {
    "aiosqlite": logging.INFO,  # below, statements with what people wrote
    "alembic": logging.WARNING,
    "apscheduler": logging.WARNING,  # below, a line for every tick
    "asyncio": logging.WARNING,
    "telegram": logging.INFO,  # below, the token and whole messages
}
"""Libraries that say too much: the least level at which they are heard."""


def configure(level: str) -> None:
    """Send our logs and those of the libraries to the error stream, in one form."""
    terminal = sys.stderr.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if terminal else "iso", utc=not terminal),
    ]
    last: list[structlog.typing.Processor] = (
        # Not the pretty tracebacks: they print every variable, secrets too.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if terminal
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))

"""What went wrong, in one sentence for the operator: what it is, and what to do."""

from __future__ import annotations

import errno

from pydantic import ValidationError
from pydantic_settings import SettingsError
from telegram.error import BadRequest, InvalidToken

from bots.settings import Settings
from core.rotating import WrongSecret
from core.store.opening import DatabaseUnusable
from core.store.sqlite import DatabaseInUse

PREFIX = Settings.model_config["env_prefix"]

_DATABASE = {
    "address": "CHATCROWD_DATABASE_URL is no address: write postgresql://user:password@host/name.",
    "unreachable": (
        "The database cannot be opened: check CHATCROWD_DATABASE_URL, that the server runs, and the password."
    ),
    "damaged": "The file of the database cannot be read as one: restore a backup, or name another file.",
    "old": "The database has no such table yet: run `chatcrowd migrate`.",
    "newer": "The database was made by a newer version of chatcrowd: update chatcrowd, or restore a backup.",
}


class Trouble(Exception):  # noqa: N818  (what an operator calls it)
    """Something the operator can put right; its text is the sentence for them."""


def explain(error: BaseException, settings: Settings | None = None) -> str | None:
    """The sentence for an error that an operator can put right; None for a mistake of ours."""
    match error:
        case BaseExceptionGroup():
            sentences = [explain(one, settings) for one in error.exceptions]
            return sentences[0] if sentences and all(sentences) else None
        case Trouble():
            return str(error)
        case ValidationError():
            return _settings_in_words(error)
        case SettingsError() | UnicodeDecodeError():
            return "The settings cannot be read: save the .env file as UTF-8, with one NAME=value on a line."
        case InvalidToken():
            return "Telegram does not know this token: copy CHATCROWD_TELEGRAM_TOKEN again from @BotFather."
        case BadRequest():  # only the webhook's address is refused while listening
            return f"Telegram refuses CHATCROWD_TELEGRAM_WEBHOOK_URL: {error}."
        case DatabaseInUse():
            return (
                "Another chatcrowd already works on this database: stop it first, "
                "or give this one another CHATCROWD_DATA_DIR or a PostgreSQL database."
            )
        case DatabaseUnusable():
            return _DATABASE[error.why]
        case WrongSecret():
            return (
                "The secret key is not the one of this database: put it back, "
                "or name the one before in CHATCROWD_SECRET_KEYS_BEFORE."
            )
        case ModuleNotFoundError(name="psycopg"):
            return "PostgreSQL needs its driver: install the extra with `pip install chatcrowd[postgres]`."
        case OSError():
            return _of_the_system(error, settings)
        case _:
            return None


def _settings_in_words(error: ValidationError) -> str:
    """Every setting that is wrong, without what stood there: it may be a secret."""
    found = []
    for one in error.errors(include_url=False, include_input=False, include_context=False):
        name = "_".join(str(part) for part in one["loc"]).upper()
        words = str(one["msg"]).removeprefix("Value error, ")
        found.append(f"{PREFIX}{name}: {words[:1].lower()}{words[1:]}")
    return "Please correct the settings: " + "; ".join(found) + "."


def _of_the_system(error: OSError, settings: Settings | None) -> str | None:
    port = "the port" if settings is None else f"port {settings.http_port}"
    match error.errno:
        case errno.EADDRINUSE:
            return f"Another program already listens on {port}: stop it, or set CHATCROWD_HTTP_PORT to a free one."
        case errno.EADDRNOTAVAIL:
            return "This machine does not have that address: check CHATCROWD_HTTP_HOST."
        case errno.EACCES | errno.EPERM | errno.EROFS if error.filename:
            return f"No permission for {error.filename}: check CHATCROWD_DATA_DIR and who owns it."
        case errno.EACCES:
            return f"No permission to listen on {port}: choose one above 1023 with CHATCROWD_HTTP_PORT."
        case errno.ENOSPC:
            return "The disk is full: make room, then start again; nothing that was confirmed is lost."
        case errno.ENOTDIR | errno.EEXIST | errno.EISDIR if error.filename:
            return f"{error.filename} is not what it should be: check CHATCROWD_DATA_DIR."
        case _:
            return None

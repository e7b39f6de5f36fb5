"""Reads a locale's catalog, and says what is wrong with a translation before a person could see it."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from i18n.negotiation import LOCALES

DOMAIN = "chatcrowd"
COUNT = "count"
_PERCENT = re.compile(r"%(?:%|\((?P<name>[^)]*)\)(?P<type>.?)|)", re.DOTALL)


def catalog_path(locale: str, folder: Path = LOCALES) -> Path:
    """Say where a locale keeps its translations."""
    return folder / locale / "LC_MESSAGES" / f"{DOMAIN}.po"


@lru_cache
def translations(locale: str) -> gettext.NullTranslations:
    """Read a locale's catalog; what is missing, fuzzy or broken in it is left to the English source."""
    path = catalog_path(locale)
    if not path.exists():
        return gettext.NullTranslations()
    try:
        return compiled(load(path, locale))
    except (PoFileError, ValueError):  # one bad file must not silence the service; `catalogs check` names it
        return gettext.NullTranslations()


def load(path: Path, locale: str) -> Catalog:
    """Read a catalog file; raises PoFileError or ValueError when it cannot be read."""
    with path.open("rb") as file:
        return read_po(file, locale=locale, domain=DOMAIN, abort_invalid=True)


def texts(value: str | Sequence[str]) -> tuple[str, ...]:
    """Give a message's id or its translation as a tuple, one text per form."""
    return (value,) if isinstance(value, str) else tuple(value)


def faults(catalog: Catalog, message: Message) -> Iterator[str]:
    """Say what keeps a message's translation from being shown."""
    sources, forms = texts(message.id), texts(message.string or "")
    yield from source_faults(sources)
    if message.fuzzy:
        yield "marked fuzzy"
    if not all(forms):
        yield "not translated"
        return
    expected_forms = catalog.num_plurals if message.pluralizable else 1
    if len(forms) != expected_forms:
        yield f"{len(forms)} plural forms instead of {expected_forms}"
    wanted = {name for source in sources for name in _names(source)}
    countless = _forms_of_one_number(catalog.plural_expr) if message.pluralizable else frozenset()
    for index, form in enumerate(forms):
        yield from _grammar_faults(form)
        # "one point" and the Arabic dual say the number in the word itself.
        optional = {COUNT} if index in countless else set()
        for name in sorted(wanted - set(_names(form)) - optional):
            yield f"placeholder %({name})s is missing in {form!r}"
        for name in sorted(set(_names(form)) - wanted):
            yield f"placeholder %({name})s is not in the source: {form!r}"


def source_faults(sources: Sequence[str]) -> Iterator[str]:
    """Say what is wrong with a message as the code wrote it."""
    for source in sources:
        yield from _grammar_faults(source)
    if len({frozenset(_names(source)) - {COUNT} for source in sources}) > 1:
        yield "the singular and the plural have different placeholders"


def compiled(catalog: Catalog) -> gettext.GNUTranslations:
    """Make a catalog ready for look-ups, without the translations that have a fault."""
    sound = Catalog(locale=catalog.locale, domain=DOMAIN)
    for message in catalog:
        if message.id and not any(faults(sound, message)):
            sound.add(message.id, message.string)
    binary = BytesIO()
    write_mo(binary, sound)
    binary.seek(0)
    return gettext.GNUTranslations(binary)


def _names(text: str) -> list[str]:
    return [match["name"] for match in _PERCENT.finditer(text) if match["name"] is not None]


def _grammar_faults(text: str) -> Iterator[str]:
    for match in _PERCENT.finditer(text):
        name, kind = match["name"], match["type"]
        if name is None:
            if match[0] != "%%":
                yield f"a lone % (a percent sign is written %%): {text!r}"
        elif kind != "s" or not (name.isascii() and name.isidentifier()):
            yield f"placeholder {match[0]} is not a plain %(name)s: {text!r}"


@lru_cache
def _forms_of_one_number(plural_expression: str) -> frozenset[int]:
    form_of = gettext.c2py(plural_expression)
    numbers: dict[int, int] = {}
    for number in range(1000):
        form = form_of(number)
        numbers[form] = numbers.get(form, 0) + 1
    return frozenset(form for form, how_many in numbers.items() if how_many == 1)

"""Reads ahead what would make the first person wait."""

from __future__ import annotations

from i18n.languages import names_of_languages
from i18n.messages import translations
from i18n.negotiation import available_locales
from i18n.zones import gazetteer


def prepare() -> None:
    """Read every catalog and the names of languages and zones once, before anyone asks."""
    for locale in available_locales():
        translations(locale)
    names_of_languages()
    gazetteer()

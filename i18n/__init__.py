"""Texts in the reader's language: catalogs, locale negotiation and formatting."""

from __future__ import annotations

from i18n.languages import native_name, parse_languages, working_languages
from i18n.negotiation import available_locales, negotiate
from i18n.preparing import prepare
from i18n.text import N_, Content, Phrase
from i18n.translator import Translator, translator_for
from i18n.zones import find_zone, zones_for_locale

__all__ = [
    "Content",
    "N_",
    "Phrase",
    "Translator",
    "available_locales",
    "find_zone",
    "native_name",
    "negotiate",
    "parse_languages",
    "prepare",
    "translator_for",
    "working_languages",
    "zones_for_locale",
]

"""What sensitive topics are called."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.topics import Topic
from i18n import N_, Phrase, Translator

NAMES: dict[str, str] = {
    Topic.VIOLENCE: N_("violence"),
    Topic.ADULT: N_("adult content"),
    Topic.HATE: N_("hate"),
    Topic.SELF_HARM: N_("self-harm"),
    Topic.MEDICAL: N_("medical matters"),
    Topic.POLITICS: N_("politics"),
    Topic.OTHER: N_("other upsetting content"),
}


def names(t: Translator, topics: Iterable[Topic]) -> Phrase:
    """Some topics in a sentence."""
    return t.join([t(NAMES[one]) for one in topics])

"""What a project asks about sensitive topics before its first card."""

from __future__ import annotations

from bots.dialogue.buttons import data
from bots.dialogue.cards import SLOT
from bots.dialogue.project_views import title_of
from bots.dialogue.topic_names import names
from bots.dialogue.vocabulary import Button, Message, Note, Para, Row, Title
from core.domain.project import Project
from i18n import Translator


def question(t: Translator, project: Project, *rows: Row) -> Message:
    """Whether somebody is fine with what a project's tasks are about."""
    words = t(
        "There is work in “%(project)s”. Its tasks may show: %(topics)s.",
        project=title_of(t, project.file),
        topics=names(t, project.file.topics),
    )
    yes = Button(t("Yes, that’s fine"), data("topics-yes", project.id, project.file.sensitive))
    no = Button(t("No, thanks"), data("topics-no", project.id, project.file.sensitive))
    return Message(
        parts=(
            Title(t("Would you like such tasks?")),
            Para(words),
            Note(t("Either answer is fine. You can change it in /settings at any time.")),
        ),
        rows=((yes, no), *rows),
        slot=SLOT,
    )


def notice(t: Translator, project: Project, *rows: Row) -> Message:
    """What a project's tasks are about, before its first card."""
    words = t("Please note: its tasks may show %(topics)s.", topics=names(t, project.file.topics))
    on = Button(t("Go on"), data("notice-yes", project.id, project.file.sensitive))
    off = Button(t("Not this project"), data("notice-no", project.id))
    return Message(
        parts=(
            Title(title_of(t, project.file)),
            Para(words),
            Note(t("You can skip or pause any card, without a penalty.")),
        ),
        rows=((on, off), *rows),
        slot=SLOT,
    )

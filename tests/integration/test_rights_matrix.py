"""Every command, button, form and step × every role × own and foreign: as the table in docs/rights.md says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from bots.dialogue import talk
from bots.dialogue.buttons import VERSION, base36
from bots.dialogue.refusals import REFUSALS
from bots.dialogue.turn import House, Turn
from bots.dialogue.vocabulary import Command, Press, Reply, Said, Submit, Text, Upload
from core.clock import ManualClock
from core.domain.person import OF_A_PROJECT, Role
from core.store import Store
from core.store.transaction import Transaction
from core.vault import Vault
from i18n import translator_for
from tests.scene import Scene, played
from tests.spoken import said

DOC = Path(__file__).parents[2] / "docs" / "rights.md"
NONE_OF_THEIRS = "None yet. Send a project file, or tap the button."
TURNED_AWAY = ("not_allowed", "unknown_project", "unknown_card", "not_appealable", NONE_OF_THEIRS)
"""What somebody hears because of who they are; every other refusal is about how things stand."""

_PROJECT = (
    "project p-launch p-pause p-resume p-close p-close! budget file progress results p-try order curve train "
    "models model-back auto effect addtasks added upload announce clip decide rules"
)
BUTTONS: dict[str, str] = {
    **dict.fromkeys(_PROJECT.split(), "{project}"),
    **dict.fromkeys(("keep", "extend", "pause", "skip", "show", "report"), "{card}"),
    **dict.fromkeys(("review-more", "review-cancel"), "{task}"),
    **dict.fromkeys(("payout-paid", "payout-paid!", "payout-cancel", "payout-cancel!"), "{payout}"),
    **dict.fromkeys(("topics-yes", "topics-no", "notice-yes"), "{sensitive}:1"),
    "notice-no": "{sensitive}",
    **dict.fromkeys(("practise", "practise-later"), "{skilled}"),
    **dict.fromkeys(("pn", "practise-pause", "practise-other"), "{attempt}"),
    "pa": "{lesson}:0",
    "topic": "0",
    "a": "{card}:0",
    "undo": "{answered}",
    "report-why": "{card}:broken",
    "appeal-answer": "{outvoted}",
    "appeal-penalty": "{missed}",
    "appeal-measure": "{measure}",
    "budget!": "{project}:rs",
    "preview": "{project}:0",
    "rule": "{project}:0",
    "rule!": "{project}:0:0",
    "house-rule": "0",
    "house-rule!": "0:0",
    "export": "{project}:csv",
    "order!": "{project}:6y8",
    "model!": "{project}:none",
    "auto!": "{project}:1",
    "bonus!": "{project}:{person}:5:0",
    "decide-next": "{project}:{task}",
    "settle": "{task}:0",
    "review-next": "escalated:{task}",
    "review-settle": "{task}:0",
    "review-appeal": "{appeal}:1",
    "review-case": "{case}:keep",
    "member": "{person}",
    "why": "warn:{person}",
    "stop-in": "{person}",
    "impose": "warn:{person}:0:0",
    "lift": "{measure}",
    "adjust": "{project}",
    "grant": "requester",
    "audit": "zz:0:0",
    "payout-make": "eur",
    "leaders": "week",
    "summary-hour": "9",
    "new": "new-terms:0",
    "new-back": "new-terms",
    "locales": "settings",
    "locale": "ar:settings",
    "lang": "ar",
    "zone": "Africa/Cairo",
    "quiet": "m:8",
    "nudge": "1",
    "setnudge": "1",
    "link": "ABCDEFGH",
}
"""What each button carries; one that is not here carries nothing but its verb."""
BEFORE: dict[str, tuple[str, dict[str, Any]]] = {
    "clip": ("clip", {"words": "Moo"}),
    "upload": ("upload", {"files": [{"name": "a.csv", "path": "x"}]}),
    "adjust": ("adjust", {"person": "{person}", "points": 5, "words": "sorry"}),
    "new": ("new-terms", {"settings": {}}),
    "new-back": ("new-terms", {"settings": {}}),
    "new-create": ("new-check", {"settings": {"project": "Pets"}}),
}
"""What was asked before a button was pressed that answers it."""
COMMANDS: dict[str, str] = {
    **dict.fromkeys(("project", "progress", "results", "addtasks", "train", "announce"), "{project}"),
    **dict.fromkeys(("ban", "unban", "people"), "{person}"),
    "bonus": "{project} {pseudonym} 5",
    "adjust": "{person} 5 sorry",
    "grant": "requester",
}
"""What is typed behind each command; one that is not here is typed alone."""
STEPS: dict[str, tuple[dict[str, Any], str]] = {
    "budget": ({"project": "{project}"}, "1000"),
    "project-file": ({"project": "{project}"}, ""),
    "addtasks": ({"project": "{project}"}, "Moo"),
    "appeal": ({"appeal": "{appeal}"}, "I saw a cat."),
    "summary-hour": ({}, "09:30"),
    "nickname": ({}, "Ananas"),
    "languages": ({}, "English"),
    "zone": ({}, "Cairo"),
    "quiet": ({}, "22:00-08:00"),
    "link": ({}, "ABCDEFGH"),
    "new-title": ({}, "Pets"),
    "new-languages": ({}, "English"),
    "new-people": ({"custom": True}, "3"),
    "new-reward": ({"custom": True}, "10"),
}
"""What a conversation has gathered when a step is expected, and what is said then."""
_PETS = {
    "new-title": "Pets",
    "new-question": "Which?",
    "new-labels": "Cat\nDog",
    "new-terms": "0",
    "new-limit": "2",
}
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "budget-form": ("{project}", {"points": "1000"}),
    "clip": ("", {"project": "{project}", "words": "Moo"}),
    "set-form": ("", {"locale": "en", "languages": ("en",)}),
    "new-form": (
        "",
        {
            "new-title": "Pets",
            "new-question": "Which?",
            "new-labels": "Cat\nDog",
            "new-terms": "0",
            "new-limit": "2",
        },
    ),
}
NOT_NOW: dict[tuple[str, str], str] = {
    **dict.fromkeys((("button", name) for name in ("curve", "p-launch", "p-resume", "p-try")), "not_now"),
    **dict.fromkeys(
        (("button", f"payout-{name}") for name in ("paid", "paid!", "cancel", "cancel!")), "payout_ended"
    ),
    **dict.fromkeys(
        (("step", name) for name in ("bonus", "clip", "new-check", "new-terms", "upload")), "expected_button"
    ),
    **dict.fromkeys((("button", "unlink"), ("command", "unlink")), "nothing_to_unlink"),
    ("button", "extend"): "no_more_time",
    ("button", "model-back"): "no_model_before",
    ("command", "unban"): "not_banned",
}
"""What those who may do it hear as the scene stands. Everything else is done."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page: what leads to a use case, and how far each role gets with it."""

    name: str
    is_a: str
    right: str
    reach: Mapping[Role, str]


def lines() -> Iterator[Line]:
    """The lines of the tables of commands and of everything else."""
    for text in DOC.read_text(encoding="utf-8").splitlines():
        name, *rest = (cell.strip() for cell in text.strip("|").split("|"))
        if name.startswith("`"):
            is_a = "command" if name.startswith("`/") else rest.pop(0)
            yield Line(name.strip("`/"), is_a, rest[0], dict(zip(Role, rest[1:], strict=True)))


class Undone(Exception):  # noqa: N818  (takes back what was tried)
    """Carries what was said out of a unit of work that never was."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the scene stands, and what a dialogue needs beside it."""

    store: Store
    scene: Scene
    house: House
    clock: ManualClock
    file: Path

    async def told(self, line: Line, role: Role, *, own: bool) -> str:
        """What somebody hears who comes this way to a thing of their own or of others; nothing of it stays."""
        what, step, draft = self._heard(line)

        def unit(tx: Transaction) -> None:
            actor = self.scene.actors[role]
            if own:
                give = self.scene.give_project if line.right in OF_A_PROJECT else self.scene.give_work
                give(tx, actor)
            t, now = translator_for("en", None), self.clock.now()
            turn = Turn(self.house, "paper", actor, tx, now, Random(1), t)
            turn.expect(step, **draft)
            raise Undone(_words(talk.respond(turn, what)))

        with pytest.raises(Undone) as undone:
            await self.store.write(unit)
        return str(undone.value)

    def _heard(self, line: Line) -> tuple[Said, str | None, dict[str, Any]]:
        typed = {**self.scene.numbers(), "pseudonym": self.scene.pseudonym}
        pressed = {name: base36(number) for name, number in self.scene.numbers().items()}
        match line.is_a:
            case "command":
                return Command(line.name, COMMANDS.get(line.name, "").format(**typed), "handle"), None, {}
            case "button":
                step, draft = BEFORE.get(line.name, (None, {}))
                carried = BUTTONS.get(line.name, "").format(**pressed)
                return Press(_data(line.name, carried), "handle"), step, _filled(draft, typed)
            case "form":
                carried, values = FORMS.get(line.name, ("", {}))
                filled = _filled(values, {name: str(one) for name, one in typed.items()})
                return Submit(_data(line.name, carried.format(**pressed)), filled, "handle"), None, {}
        draft, words = STEPS.get(line.name, ({}, "Moo"))
        file = Upload(self.file.name, "handle", path=self.file)
        return Text(words) if words else file, line.name, _filled(draft, typed)


def _data(verb: str, carried: str) -> str:
    return ":".join((VERSION, verb, *filter(None, [carried])))


def _filled(draft: Mapping[str, Any], places: Mapping[str, object]) -> dict[str, Any]:
    return {name: places.get(str(one).strip("{}"), one) for name, one in draft.items()}


def _words(reply: Reply) -> str:
    toast, wrong = (
        reply.toast.words if reply.toast else "",
        reply.wrong.errors.values() if reply.wrong else (),
    )
    return " ".join([*map(said, reply.messages), toast, *wrong])


def reason_of(told: str) -> str | None:
    """Why somebody got no further, when they did not."""
    if NONE_OF_THEIRS in told:
        return NONE_OF_THEIRS
    for reason, form in REFUSALS.items():
        if re.search(".+".join(map(re.escape, re.split(r"%\(\w+\)s", form))), told):
            return reason
    return None


async def test_everything_by_everybody(
    sqlite_store: Store, clock: ManualClock, vault: Vault, tmp_path: Path
) -> None:
    """Whoever may do it gets further, and whoever may not is turned away, whatever leads there."""
    links = {"paper": lambda token: f"paper:{token}"}
    (file := tmp_path / "p.yaml").write_text("project: Pets", encoding="utf-8")
    house = House(vault, frozenset(), tmp_path, lambda: "token", links)
    stage = Stage(sqlite_store, await played(sqlite_store, clock, vault), house, clock, file)
    wrong = []
    for line in lines():
        for role, reach in line.reach.items():
            for own in {"own": (True, False), "any": (False,)}.get(reach, (False,)):
                found = reason_of(await stage.told(line, role, own=own))
                allowed = reach in ("yes", "any") or (reach == "own" and own)
                right = found == NOT_NOW.get((line.is_a, line.name)) if allowed else found in TURNED_AWAY
                if not right:
                    wrong.append((line.is_a, line.name, str(role), "own" if own else "foreign", reach, found))
    assert not wrong, "\n".join(map(str, wrong))

"""What a soak on Slack counts: what a death explains, and under which names deliveries stand in the inbox."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.soak.deliveries import NOTICED, Try, Watch, keys_of
from tests.standins.slack import Delivery, Outcome


@dataclass(slots=True)
class Way:
    """A way to an app that answers as it is told."""

    outcomes: list[Outcome] = field(default_factory=list)

    async def send(self, delivery: Delivery, attempt: int, reason: str) -> Outcome:  # noqa: ARG002  (it does not look)
        return self.outcomes.pop(0)


def _delivery(**payload: Any) -> Delivery:
    return Delivery(1, "events_api", "T1", payload)


def _event(**event: Any) -> Delivery:
    return _delivery(type="event_callback", event_id="Ev1", event=event)


async def test_what_a_living_service_did_not_confirm_is_unexplained() -> None:
    """A try that nobody answered counts, unless nobody was there, or somebody died meanwhile."""
    there = True
    watch = Watch(Way([Outcome(), Outcome("timeout"), Outcome("connection_failed")]), lambda: there)
    for _ in range(2):
        await watch.send(_delivery(type="block_actions"), 0, "")
    there = False
    await watch.send(_delivery(type="block_actions"), 0, "")
    assert [one.reason for one in watch.unexplained()] == ["timeout"]
    watch.died()
    assert watch.unexplained() == []


@pytest.mark.parametrize(
    ("death", "explains"), [(9.0, False), (10.0, True), (11.0, True), (11.0 + NOTICED + 0.1, False)]
)
def test_only_a_death_in_between_explains_a_failed_try(death: float, *, explains: bool) -> None:
    """The driver learns of a death a moment after it; one long before or after explains nothing."""
    failed = Try("message", began=10.0, ended=11.0, reason="timeout", there=True)
    watch = Watch(Way(), lambda: True, tries=[failed], deaths=[death])
    assert (watch.unexplained() == []) is explains


def test_a_service_was_met_once_it_confirmed_something_after_the_latest_death() -> None:
    """Over HTTP nothing else says that somebody is there."""
    good = Try("message", began=1.0, ended=2.0, reason="", there=False)
    watch = Watch(Way(), lambda: True, tries=[good])
    assert watch.met()
    watch.died()
    assert not watch.met()


def test_the_slowest_confirmation_is_one_that_was_not_waited_for_in_vain() -> None:
    """A try that began while nobody was there says nothing about the service."""
    tries = [
        Try("message", began=0.0, ended=2.5, reason="", there=False),
        Try("message", began=0.0, ended=0.5, reason="", there=True),
        Try("message", began=0.0, ended=3.0, reason="timeout", there=True),
    ]
    assert Watch(Way(), lambda: True, tries=tries).slowest() == 0.5


@pytest.mark.parametrize(
    ("delivery", "keys"),
    [
        (_event(type="message", user="U1"), ["slack:T1:Ev1"]),
        (_event(type="app_home_opened", user="U1"), ["slack:T1:Ev1"]),
        (
            _event(type="message", user="U1", subtype="file_share", files=[{}, {}]),
            ["slack:T1:Ev1:0", "slack:T1:Ev1:1"],
        ),
        (_event(type="message", bot_id="B1"), []),
        (_event(type="message", subtype="message_changed"), []),
        (_delivery(type="block_actions", trigger_id="7"), ["slack:T1:t:7"]),
        (_delivery(command="/crowd", trigger_id="8"), ["slack:T1:t:8"]),
        (_delivery(type="view_submission", view={"id": "V1", "hash": "h"}), ["slack:T1:v:V1:h"]),
        (_delivery(type="view_closed"), []),
    ],
)
def test_what_people_do_has_a_name_in_the_inbox(delivery: Delivery, keys: list[str]) -> None:
    """The app's own messages have none; every file of a message has one."""
    assert list(keys_of(delivery)) == keys

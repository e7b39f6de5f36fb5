"""Installing the app in workspaces, in several at once, and what happens when one throws it out."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bots.platform import Address, Blocked, TryLater
from bots.slack.api import Api
from bots.slack.installing import INSTALL_PATH, install_routes
from bots.slack.manifest import EVENTS_PATH, OAUTH_PATH, SCOPES
from bots.slack.platform import Slack
from bots.slack.workspaces import Installed
from core.clock import ManualClock
from core.store import Store
from core.vault import Vault
from tests.integration.slack_ears import SIGNING_SECRET, first_of, serving
from tests.integration.telegram_ears import CARD, Ear, listening, said
from tests.standins.slack import SlackStandIn

CLIENT = ("1.1", "hush")


@dataclass(slots=True)
class Shop:
    """A service that anybody can install, and the Slack of all workspaces."""

    server: SlackStandIn
    slack: Slack
    workspaces: Installed
    url: str
    ear: Ear = field(default_factory=Ear)


@dataclass(frozen=True, slots=True)
class Asked:
    """Where Slack's page is, the state in it, and the cookie that the browser was given."""

    page: str
    state: str
    cookie: str


@pytest.fixture
async def shop(sqlite_store: Store, vault: Vault, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Shop]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            SlackStandIn(signing_secret=SIGNING_SECRET, client_id=CLIENT[0], client_secret=CLIENT[1])
        )
        api = Api(server.api_url)
        workspaces = Installed(store=sqlite_store, vault=vault, clock=clock)
        more = install_routes(
            api=api,
            workspaces=workspaces,
            vault=vault,
            clock=clock,
            client_id=CLIENT[0],
            client_secret=CLIENT[1],
            public_url="https://crowd.example/",
        )
        slack = Slack(
            data_dir=tmp_path,
            api=api,
            workspaces=workspaces,
            signing_secret=SIGNING_SECRET,
            more_routes=more,
        )
        stack.push_async_callback(slack.close)
        url = await stack.enter_async_context(serving(slack))
        shop = Shop(server, slack, workspaces, url)
        await stack.enter_async_context(listening(slack, shop.ear))
        await server.deliver_to(url + EVENTS_PATH)
        yield shop
        await server.drained()
        assert server.mentions == []


async def asks(shop: Shop) -> Asked:
    """Somebody opens the page from which the app is installed."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(shop.url + INSTALL_PATH, allow_redirects=False) as answer,
    ):
        assert answer.status == 302
        page = answer.headers["Location"]
        cookie = SimpleCookie(answer.headers["Set-Cookie"])
    (morsel,) = cookie.values()
    assert morsel["httponly"]
    assert morsel["secure"]
    return Asked(page, parse_qs(urlsplit(page).query)["state"][0], f"{morsel.key}={morsel.value}")


async def comes_back(shop: Shop, asked: Asked, **query: str) -> tuple[int, str]:
    """Slack sends the browser back; what it shows."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(
            shop.url + OAUTH_PATH, params={"state": asked.state, **query}, headers={"Cookie": asked.cookie}
        ) as answer,
    ):
        return answer.status, await answer.text()


async def installs(shop: Shop, team: str) -> str:
    """The whole of it; the token."""
    status, page = await comes_back(shop, await asks(shop), code=shop.server.code(team, "UADMIN"))
    assert status == 200, page
    assert "Thank you" in page, page
    return shop.server.workspace(team).bot_token


# --- installing ------------------------------------------------------------------------------------


async def test_the_page_asks_for_what_the_app_needs(shop: Shop) -> None:
    """On Slack's own page, and no more; it comes back to our address."""
    asked = await asks(shop)
    assert asked.page.startswith("https://slack.com/oauth/v2/authorize?")
    query = parse_qs(urlsplit(asked.page).query)
    assert sorted(query["scope"][0].split(",")) == sorted(SCOPES)
    assert query["redirect_uri"] == ["https://crowd.example/slack/oauth"]
    assert query["client_id"] == [CLIENT[0]]
    assert (await asks(shop)).state != asked.state


async def test_a_workspace_installs_the_app(shop: Shop) -> None:
    """From then on it is heard and spoken to."""
    with pytest.raises(Blocked):
        await shop.slack.send(Address("T7", "U1"), CARD, None)
    await installs(shop, "T7")
    ana = shop.server.user("U1", team="T7")
    await shop.slack.send(Address("T7", "U1"), CARD, None)
    assert ana.last.labels == ["Cat", "Dog"]
    await ana.says("hello")
    (one,) = await shop.ear.until(1)
    assert one.sender.workspace == "T7"


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ("no state", 400),
        ("another state", 400),
        ("a made-up state", 401),
        ("another browser", 400),
        ("too late", 401),
        ("no code", 401),
        ("a made-up code", 401),
        ("cancelled", 200),
    ],
)
async def test_who_is_not_let_through(shop: Shop, clock: ManualClock, how: str, status: int) -> None:
    """Nothing is kept, and the page says what happened without telling secrets."""
    code = shop.server.code("T7", "UADMIN")
    asked = await asks(shop)
    query = {"code": code}
    match how:
        case "no state":
            query["state"] = ""
        case "another state":
            query["state"] = (await asks(shop)).state
        case "a made-up state":
            name = asked.cookie.partition("=")[0]
            asked = Asked(asked.page, "bWFkZS11cA", f"{name}=bWFkZS11cA")
        case "another browser":
            asked = Asked(asked.page, asked.state, "x=y")
        case "too late":
            clock.move(timedelta(minutes=10))
        case "no code":
            del query["code"]
        case "a made-up code":
            query["code"] = "made-up"
        case _:
            query = {"error": "access_denied"}
    told, page = await comes_back(shop, asked, **query)
    assert told == status, page
    assert await shop.workspaces.find("T7") is None
    assert not any(secret in page for secret in ("xoxb", CLIENT[1], "Traceback"))


async def test_a_code_counts_once(shop: Shop) -> None:
    """Coming back a second time changes nothing."""
    code = shop.server.code("T7", "UADMIN")
    asked = await asks(shop)
    assert (await comes_back(shop, asked, code=code))[0] == 200
    before = await shop.workspaces.find("T7")
    status, _ = await comes_back(shop, asked, code=code)
    assert status == 401
    assert await shop.workspaces.find("T7") == before


async def test_an_organisation_as_a_whole_is_refused(shop: Shop) -> None:
    """A token for all of its workspaces would belong to none; the page says so."""
    whole = (
        b'{"ok":true,"access_token":"xoxb-org","token_type":"bot","bot_user_id":"UBOT","app_id":"A1",'
        b'"team":null,"enterprise":{"id":"E1","name":"Org"},"is_enterprise_install":true,'
        b'"authed_user":{"id":"U1"}}'
    )
    shop.server.faults.garbage(whole, method="oauth.v2.access")
    shop.server.faults.garbage(b'{"ok":true,"bot_id":"B1","url":"https://x"}', method="auth.test")
    status, page = await comes_back(shop, await asks(shop), code="x")
    assert status == 500
    assert "xoxb" not in page
    assert shop.server.faults.waiting == []


@pytest.mark.parametrize("fault", ["fails", "garbage", "resets_before", "not tested"])
async def test_slack_fails_in_the_middle_of_it(shop: Shop, fault: str) -> None:
    """The person sees that it did not work; the next try does."""
    code = shop.server.code("T7", "UADMIN")
    faults = shop.server.faults
    match fault:
        case "fails":
            faults.fails(method="oauth.v2.access")
        case "garbage":
            faults.garbage(method="oauth.v2.access")
        case "resets_before":
            faults.resets_before(method="oauth.v2.access")
        case _:
            faults.refuses("internal_error", method="auth.test")
    status, page = await comes_back(shop, await asks(shop), code=code)
    assert status >= 400
    assert "Traceback" not in page
    assert await shop.workspaces.find("T7") is None
    await installs(shop, "T7")


async def test_tokens_lie_sealed(shop: Shop, tmp_path: Path) -> None:
    """Whoever reads the file of the database cannot speak in anybody's name."""
    tokens = [await installs(shop, team) for team in ("T7", "T8")]
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite3*"))
    assert b"T7" in raw
    assert b"xoxb-" not in raw
    assert not any(token.encode() in raw for token in tokens)


# --- several workspaces ----------------------------------------------------------------------------


async def test_two_workspaces_are_kept_apart(shop: Shop) -> None:
    """Also when two people there have the same id: each is spoken to where they are, with that token."""
    for team in ("T7", "T8"):
        await installs(shop, team)
    anas = {team: shop.server.user("U1", team=team, name=f"Ana of {team}") for team in ("T7", "T8")}
    posted = {}
    for team, ana in anas.items():
        posted[team] = await shop.slack.send(Address(team, "U1"), said(f"to {team}"), None)
        await ana.says("hello")
    heard = await shop.ear.until(2)
    assert {(one.sender.workspace, one.sender.user_id) for one in heard} == {("T7", "U1"), ("T8", "U1")}
    assert len({one.key for one in heard}) == 2
    for team in anas:
        await shop.slack.edit(Address(team, "U1"), posted[team].ref, said(f"again to {team}"), None)
    for team, ana in anas.items():
        assert [one.words for one in ana.chat if one.from_bot] == [f"again to {team}"]
        who = await shop.slack.who_is(next(one.sender for one in heard if one.sender.workspace == team))
        assert who.name == f"Ana of {team}"
    assert [(call.team, call.error) for call in shop.server.calls.of("chat.update")] == [
        ("T7", ""),
        ("T8", ""),
    ]


async def test_one_workspace_rests_alone(shop: Shop) -> None:
    """Slack counts by workspace."""
    for team in ("T7", "T8"):
        await installs(shop, team)
        shop.server.user("U1", team=team)
    shop.server.faults.too_many(30, method="chat.postMessage")
    with pytest.raises(TryLater):
        await shop.slack.send(Address("T7", "U1"), CARD, None)
    await shop.slack.send(Address("T8", "U1"), CARD, None)


# --- the end of it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["uninstalled", "revoked"])
async def test_a_workspace_takes_the_app_away(shop: Shop, way: str) -> None:
    """In whatever order Slack tells it: nothing is sent there any more; the other goes on, and it can return."""
    first = await installs(shop, "T7")
    await installs(shop, "T8")
    ana, bo = shop.server.user("U1", team="T7"), shop.server.user("U1", team="T8")
    told = shop.server.uninstall("T7") if way == "uninstalled" else [shop.server.revoke("T7")]
    for delivery in told:
        await delivery.answered()
        assert delivery.acknowledged
    asked = len(shop.server.calls)
    with pytest.raises(Blocked):
        await shop.slack.send(Address("T7", "U1"), CARD, None)
    assert len(shop.server.calls) == asked, "Slack need not be asked"
    for delivery in told:
        assert await shop.server.forges(delivery, replay=True) == 200
    await shop.slack.send(Address("T8", "U1"), CARD, None)
    assert bo.last.labels
    second = await installs(shop, "T7")
    assert second != first
    await shop.slack.send(Address("T7", "U1"), CARD, None)
    await ana.says("back again")
    assert [one.sender.workspace for one in await shop.ear.until(1)] == ["T7"]


async def test_only_our_own_token_counts(shop: Shop) -> None:
    """Somebody's own token, of which we have none, is no reason to leave."""
    await installs(shop, "T7")
    ana = shop.server.user("U1", team="T7")
    await ana.says("hello")
    await shop.ear.until(1)
    delivery = shop.server.deliveries.of("message")[-1]
    delivery.payload["event"] = {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}
    delivery.payload["event_id"] = "EvRevoked"
    await shop.server.redeliver(delivery)
    await shop.slack.send(Address("T7", "U1"), CARD, None)
    assert ana.last.labels


async def test_another_process_learns_of_it(
    shop: Shop, sqlite_store: Store, vault: Vault, clock: ManualClock
) -> None:
    """Within a minute, in both directions."""
    other = Installed(store=sqlite_store, vault=vault, clock=clock)
    assert await other.find("T7") is None
    await installs(shop, "T7")
    clock.move(timedelta(minutes=1))
    found = await other.find("T7")
    assert found is not None
    assert re.fullmatch(r"xoxb-T7.*", found.token)
    await shop.workspaces.ended("T7")
    clock.move(timedelta(minutes=1))
    assert await other.find("T7") is None


async def test_the_operators_own_workspace_can_leave_too(
    sqlite_store: Store, vault: Vault, clock: ManualClock
) -> None:
    """The one of the bot token; the others are not concerned."""
    async with SlackStandIn() as server:
        installed = Installed(store=sqlite_store, vault=vault, clock=clock, first=first_of(server))
        assert await installed.find("T1") is not None
        await installed.ended("T2")
        assert await installed.find("T1") is not None
        await installed.ended("T1")
        assert await installed.find("T1") is None

"""Who may come in: hosts, origins, sessions, passwords; and what is read from a request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from aiohttp.test_utils import make_mocked_request

from bots.dialogue.vocabulary import Command, Text
from bots.web.frame import frame_texts, gate_texts, persona_name
from bots.web.guard import Guard, address_of, guard_for
from bots.web.incoming import file_name, heard_text, language_of, sender_of
from bots.web.sessions import FREE_TRIES, LONGEST_WAIT, PERSONAS, REMEMBERED, Lockout, Sessions, same_csrf
from core.vault import Vault
from i18n import available_locales, translator_for
from tests.standins.web_chat import NOON

LOCAL = guard_for(host="127.0.0.1", port=8080, public_url="https://crowd.example", password=False)
OPEN = guard_for(host="0.0.0.0", port=8080, public_url="https://crowd.example", password=True)


class Peer:
    """A connection from somewhere."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self.address, 40000) if name == "peername" else default


def refusal(guard: Guard, method: str = "GET", peer: str = "127.0.0.1", **headers: str) -> str | None:
    """Why the guard refuses a request with these headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    transport = Peer(peer)
    return guard.refuses(make_mocked_request(method, "/", headers=named, transport=transport))


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"])
def test_the_servers_own_names_are_served(host: str) -> None:
    assert refusal(LOCAL, Host=host) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:81", "crowd.example", "", "a.localhost:8080"]
)
def test_a_foreign_name_is_refused(host: str) -> None:
    """A page that had its own name point here must not get through (DNS rebinding)."""
    assert refusal(LOCAL, Host=host) == "unknown host"


@pytest.mark.parametrize("peer", ["10.0.0.5", "::ffff:10.0.0.5", "2001:db8::1", "", "nonsense"])
def test_without_a_password_only_this_machine_is_served(peer: str) -> None:
    assert refusal(LOCAL, peer=peer, Host="localhost:8080") == "not from this machine"
    assert refusal(OPEN, peer=peer, Host="localhost:8080") is None


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_has_many_addresses(peer: str) -> None:
    assert refusal(LOCAL, peer=peer, Host="localhost:8080") is None


def test_the_public_name_needs_a_password() -> None:
    assert refusal(OPEN, Host="crowd.example") is None
    assert refusal(LOCAL, Host="crowd.example") == "unknown host"


@pytest.mark.parametrize(
    ("origin", "refused"),
    [
        ("http://localhost:8080", None),
        ("http://127.0.0.1:8080", "foreign origin"),  # another name than the request's own
        ("http://evil.example", "foreign origin"),
        ("null", "foreign origin"),
        ("", "foreign origin"),
    ],
)
def test_a_post_comes_from_the_page_itself(origin: str, refused: str | None) -> None:
    assert refusal(LOCAL, "POST", Host="localhost:8080", Origin=origin) == refused


def test_a_post_through_the_public_name_has_its_origin() -> None:
    assert refusal(OPEN, "POST", Host="crowd.example", Origin="https://crowd.example") is None
    assert refusal(OPEN, "POST", Host="crowd.example", Origin="https://evil.example") == "foreign origin"


def test_a_browser_that_tells_of_another_site_is_believed() -> None:
    headers = {"Host": "localhost:8080", "Origin": "http://localhost:8080", "Sec_Fetch_Site": "cross-site"}
    assert refusal(LOCAL, "POST", **headers) == "foreign site"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80/"),
        ("0.0.0.0", "http://127.0.0.1:80/"),
        ("::1", "http://[::1]:80/"),
        ("localhost", "http://localhost:80/"),
    ],
)
def test_the_printed_address_can_be_opened(host: str, address: str) -> None:
    assert address_of(host, 80) == address


# --- sessions -------------------------------------------------------------------------------------


def sessions(*, password: str | None = None, secrets: Iterator[int] | None = None) -> Sessions:
    """Sessions with countable secrets."""
    numbers = secrets or count()
    return Sessions(
        fingerprint=Vault(b"k" * 32).fingerprint,
        new_secret=lambda: f"secret{next(numbers)}",
        token="once",
        password=password,
    )


def test_the_token_opens_one_session() -> None:
    door = sessions()
    assert door.open_by_token("wrong") is None
    cookie = door.open_by_token("once")
    assert cookie is not None
    assert door.open_by_token("once") is None
    assert door.recognise(cookie) is not None


def test_a_session_is_known_after_a_restart() -> None:
    cookie = sessions().open_by_token("once")
    assert cookie is not None
    session = sessions().recognise(cookie)
    assert session is not None
    assert cookie.partition(".")[0] not in session.user_id(None)


@pytest.mark.parametrize("cookie", ["", "secret0", "secret0.", "secret0.wrong", ".", "é.é"])
def test_a_made_up_cookie_is_nobody(cookie: str) -> None:
    assert sessions().recognise(cookie) is None


def test_with_a_password_the_token_opens_nothing() -> None:
    door = sessions(password="häsch")
    assert door.open_by_token("once") is None
    assert door.open_by_password("wrong") is None
    assert door.open_by_password("häsch") is not None
    assert sessions().open_by_password("") is None


def test_a_new_password_ends_the_sessions() -> None:
    cookie = sessions(password="old").open_by_password("old")
    assert cookie is not None
    assert sessions(password="new").recognise(cookie) is None


def test_each_persona_is_somebody_else() -> None:
    cookie = sessions().open_by_token("once")
    session = sessions().recognise(cookie or "")
    assert session is not None
    assert len({session.user_id(persona) for persona in (None, *PERSONAS)}) == 4
    assert same_csrf(session, session.csrf)
    assert not same_csrf(session, session.user)


def test_wrong_passwords_make_an_address_wait_longer_and_longer() -> None:
    lockout, now = Lockout(), NOON
    for _ in range(FREE_TRIES):
        assert lockout.wait("a", now=now) == timedelta(0)
        lockout.failed("a", now=now)
    assert lockout.wait("a", now=now) == timedelta(seconds=2)
    assert lockout.wait("b", now=now) == timedelta(0)
    lockout.failed("a", now=now)
    assert lockout.wait("a", now=now) == timedelta(seconds=4)
    assert lockout.wait("a", now=now + timedelta(seconds=3)) == timedelta(seconds=1)
    for _ in range(30):
        lockout.failed("a", now=now)
    assert lockout.wait("a", now=now) == LONGEST_WAIT
    lockout.passed("a")
    assert lockout.wait("a", now=now) == timedelta(0)


def test_the_lockout_cannot_be_made_to_remember_without_end() -> None:
    lockout = Lockout()
    for _ in range(FREE_TRIES):
        lockout.failed("first", now=NOON)
    for number in range(REMEMBERED):
        lockout.failed(str(number), now=NOON)
    assert lockout.wait("first", now=NOON) == timedelta(0)


# --- what a request says --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("/start", Command("start")),
        ("  /Task  ", Command("task")),
        ("/project p1 now", Command("project", "p1 now")),
        ("/addtasks P1\nline one\nline two", Command("addtasks", "P1\nline one\nline two")),
        ("/", Text("/")),
        ("/not-a-command", Text("/not-a-command")),
        ("and/or", Text("and/or")),
        (" hello ", Text(" hello ")),
    ],
)
def test_a_slash_begins_a_command(text: str, heard: Text | Command) -> None:
    assert heard_text(text) == heard


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar-EG"),
        ("en;q=0.5, zh-Hans-CN", "zh-Hans-CN"),
        ("*", None),
        ("", None),
        ("en;q=nonsense, es;q=0.1", "es"),
    ],
)
def test_the_browsers_favourite_language(header: str, language: str | None) -> None:
    assert language_of(make_mocked_request("GET", "/", headers={"Accept-Language": header})) == language


@pytest.mark.parametrize(
    ("given", "zone"),
    [("Africa/Cairo", "Africa/Cairo"), ("Nowhere/At_All", None), ("../etc/passwd", None), ("", None)],
)
def test_only_a_real_zone_is_believed(given: str, zone: str | None) -> None:
    request = make_mocked_request("POST", "/", headers={"X-Time-Zone": given})
    sender = sender_of(request, user_id="u", persona="worker")
    assert (sender.zone, sender.platform, sender.user_id, sender.name) == (zone, "web", "u", "Demo worker")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("tasks.csv", "tasks.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\tasks.csv", "tasks.csv"),
        ("a\u202evsc.exe\n", "avsc.exe"),
        ("مهام.csv", "مهام.csv"),
        ("my %22best%22%0D%0A 100%.csv", 'my "best" 100%.csv'),
        ("", "file"),
        (None, "file"),
        ("x" * 300 + ".csv", "x" * 196 + ".csv"),
    ],
)
def test_a_file_name_is_only_a_name(given: str | None, name: str) -> None:
    assert file_name(given) == name


@pytest.mark.parametrize("locale", available_locales())
def test_every_language_has_all_words_of_the_page(locale: str) -> None:
    t = translator_for(locale)
    words = [*frame_texts(t).values(), *gate_texts(t).values(), *(persona_name(t, who) for who in PERSONAS)]
    assert all(words)

"""What each refusal of Slack means to the courier, and whom a token is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.carrying import path_of
from bots.dialogue.vocabulary import Attachment
from bots.platform import Blocked, Impossible, NotSent
from bots.slack import files
from bots.slack.api import Api, Refused, outcome
from bots.slack.workspaces import Workspace


@pytest.mark.parametrize(
    "error",
    [
        *("account_inactive", "token_revoked", "user_not_found", "user_disabled", "users_not_found"),
        *("cannot_dm_bot", "user_not_visible", "messages_tab_disabled", "channel_not_found", "is_archived"),
        *("restricted_action", "org_login_required", "team_not_found", "app_not_installed"),
    ],
)
def test_nobody_is_there_any_more(error: str) -> None:
    """Their work goes back, until they write again."""
    assert type(outcome(Refused(error))) is Blocked


@pytest.mark.parametrize(
    "error",
    [
        *("internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"),
        *("rate_limited", "message_limit_exceeded", "team_added_to_org", "ekm_access_denied"),
        *("invalid_auth", "not_authed", "token_expired", "missing_scope", "no_permission"),
        *("access_denied", "not_allowed_token_type", "two_factor_setup_required"),
    ],
)
def test_it_is_tried_again(error: str) -> None:
    """Slack is ill, or the operator has something to mend: that must cost nobody a message."""
    assert type(outcome(Refused(error))) is NotSent


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_a_message_that_cannot_be_edited_is_gone(error: str) -> None:
    """The courier then posts a new one."""
    told = outcome(Refused(error))
    assert isinstance(told, Impossible)
    assert told.gone


@pytest.mark.parametrize("error", ["invalid_blocks", "msg_too_long", "msg_blocks_too_long", "a_new_word"])
def test_a_message_that_slack_never_takes(error: str) -> None:
    """Final; what Slack says about it is kept for the operator."""
    told = outcome(Refused(error, ("must be less than 3001 characters",)))
    assert isinstance(told, Impossible)
    assert not told.gone
    assert str(told) == f"{error} must be less than 3001 characters"


def test_a_token_is_not_shown() -> None:
    """Not even to those who look at a workspace while they search for a fault."""
    assert "xoxb" not in repr(Workspace("T1", "xoxb-secret", "UBOT"))


# --- where a token may go -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/files.slack.com/a.csv",
        "https://files.slack.com.evil.example/a.csv",
        "https://evil-slack.com/a.csv",
        "https://files.slack.com@evil.example/a.csv",
        "https://evil.example#.slack.com",
        "https://evil.example?.slack.com",
        "http://files.slack.com/a.csv",
        "ftp://files.slack.com/a.csv",
        "//files.slack.com/a.csv",
        "file:///etc/passwd",
        "https://[files.slack.com/a.csv",
        "https://files.slack.com:port/a.csv",
        "https://evil.example\\@files.slack.com/",
        "https://evil.example\\.slack.com/",
        "https://files.slack.com:8443/a.csv",
        "https://files.slack.com",
        "javascript:alert(1)",
        "a.csv",
        "",
    ],
)
async def test_an_address_outside_of_slack_is_not_called(tmp_path: Path, url: str) -> None:
    """Whatever it looks like; a lookalike would get the token."""
    api = Api()
    with pytest.raises(NotSent):
        await files.fetch(api, "xoxb-secret", url, into=tmp_path / "a", most=10)
    assert api._session is None, "somebody was called"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://files.slack.com/files-pri/T1-F1/download/a.csv",
        "https://slack.com/x",
        "https://FILES.Slack.com:443/x",
        "https://a.slack-edge.com/x",
        "https://slack-files.com/x",
    ],
)
def test_slacks_own_addresses_are_trusted(url: str) -> None:
    """All of the hosts from which it hands files out."""
    files._check(url, "https://slack.com/api/")


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "link"])
def test_only_our_files_are_sent(tmp_path: Path, path: str) -> None:
    """Nothing outside the data folder, by whatever name."""
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(Impossible):
        path_of(Attachment(path, "x.csv"), data_dir=tmp_path, most=files.MOST_ATTACHMENT)


def test_a_file_too_large_for_slack_is_not_sent(tmp_path: Path) -> None:
    """It is refused before a gigabyte travels."""
    with (tmp_path / "big.csv").open("wb") as big:
        big.truncate(files.MOST_ATTACHMENT + 1)
    with pytest.raises(Impossible, match="larger"):
        path_of(Attachment("big.csv", "big.csv"), data_dir=tmp_path, most=files.MOST_ATTACHMENT)
    with pytest.raises(OSError, match="missing"):
        path_of(Attachment("missing.csv", "x.csv"), data_dir=tmp_path, most=files.MOST_ATTACHMENT)

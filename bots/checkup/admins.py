"""The first admins: whether every entry names an account, and whether there is anybody."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from bots.checkup.finding import Finding, broken, fine, look
from bots.settings import Settings

ABOUT = "admins"
_SHAPES = {
    "telegram": re.compile(r":?\d+"),
    "slack": re.compile(r"[TE][A-Z0-9]+:[UW][A-Z0-9]+"),
    "web": re.compile(r":?[^:]+"),
}
_ANY_WORKSPACE = re.compile(r"[UW][A-Z0-9]+")


def check_admins(
    settings: Settings, *, served: Collection[str], granted: int, demo: bool
) -> Iterator[Finding]:
    """What was found; `granted` is how many admins the database knows already."""
    wrong = 0
    elsewhere: set[str] = set()
    loose = False
    for entry in settings.admins:
        platform, _, account = entry.partition(":")
        shape = _SHAPES.get(platform)
        if platform == "slack" and _ANY_WORKSPACE.fullmatch(account):
            loose = True
        elif shape is None or not shape.fullmatch(account):
            wrong += 1
            continue
        if platform not in served:
            elsewhere.add(platform)
    if wrong:  # what stands there is not repeated: it may be a secret in the wrong place
        yield broken(
            ABOUT,
            f"{wrong} of {len(settings.admins)} entries name no account",
            mend="Write CHATCROWD_ADMINS as telegram:123456789 or slack:T0123ABCD:U0123ABCD, with commas between.",
        )
    if loose:
        yield look(
            ABOUT,
            "a Slack account without its workspace",
            mend="Name the workspace too, as in slack:T0123ABCD:U0123ABCD, so that no other one can claim it.",
        )
    for platform in sorted(elsewhere):
        yield look(
            ABOUT,
            f"somebody on {platform}, which is not served",
            mend="Give that platform's token, or name an account on a platform that is served.",
        )
    if wrong or loose or elsewhere:
        return
    if settings.admins:
        yield fine(ABOUT, f"{len(settings.admins)} named")
    elif granted:
        yield fine(ABOUT, f"{granted} in the database")
    elif demo:
        yield fine(ABOUT, "none; the demo lets everybody on this machine try every role")
    else:
        yield look(
            ABOUT,
            "nobody",
            mend="Name yourself in CHATCROWD_ADMINS (docs/setup.md), or nobody can make a requester.",
        )

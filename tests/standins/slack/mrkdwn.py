"""Slack's own markup: what a reader sees of it, what breaks it, whom it pings."""

from __future__ import annotations

import re

_MARKUP = re.compile(
    r"<(?P<target>(?:https?://|mailto:|tel:)[^<>|\s]+|[@#][A-Z0-9]+"
    r"|!(?:channel|here|everyone)|!(?:subteam|date)\^[^<>|]+)(?:\|(?P<label>[^<>]*))?>"
)
_PING = re.compile(r"<(?:!(?:channel|here|everyone)|!subteam\^[^<>|]+|@[A-Z0-9]+)(?:\|[^<>]*)?>")
_PREFORMATTED = re.compile(r"```\n?(.*?)```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_QUOTE = re.compile(r"^>(?:>>)? ?", re.MULTILINE)
_STYLES = [
    re.compile(rf"(?<![\w{sign}]){sign}(?=[^\s{sign}])([^{sign}\n]*?)(?<=\S){sign}(?![\w{sign}])")
    for sign in (r"\*", "_", "~")
]
_KEPT = re.compile("\ue000(\\d+)\ue001")
# A word joiner and a zero-width space are how a client keeps Slack from formatting; nobody sees them.
_UNSEEN = str.maketrans("", "", "\u200b\u2060")


def escape(text: str) -> str:
    """What somebody typed, as Slack hands it to an app."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The reverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def reads(text: str) -> str:
    """What a reader sees of a text in Slack's markup."""
    kept: list[str] = []

    def keep(shown: str) -> str:
        kept.append(unescape(shown))
        return f"\ue000{len(kept) - 1}\ue001"

    text = _PREFORMATTED.sub(lambda found: keep(found[1]), text)
    text = _CODE.sub(lambda found: keep(found[1]), text)
    text = _MARKUP.sub(lambda found: keep(_shown(found)), text)
    text = _QUOTE.sub("", text)
    for style in _STYLES:
        text = style.sub(r"\1", text)
    text = unescape(text).translate(_UNSEEN)
    return _KEPT.sub(lambda found: kept[int(found[1])], text)


def stray(text: str) -> str | None:
    """The place where a raw `<` begins nothing that Slack knows: it should have been escaped."""
    rest = _MARKUP.sub("", text)
    at = rest.find("<")
    return None if at < 0 else rest[at : at + 40]


def pings(text: str) -> list[str]:
    """Every markup in the text that would call people."""
    return [found[0] for found in _PING.finditer(text)] if "<" in text else []


def _shown(found: re.Match[str]) -> str:
    target, label = found["target"], found["label"]
    if label is not None:
        return label
    if target.startswith("!"):
        return "@" + target[1:]
    return target.removeprefix("mailto:").removeprefix("tel:")

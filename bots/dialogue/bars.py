"""A share of a whole in figures, or as a bar of blocks that fills in the direction in which the reader reads."""

from __future__ import annotations

from i18n import Content, Phrase, Translator

FULL, EMPTY = "▰", "▱"
WIDTH = 10
_RIGHT_TO_LEFT, _POP = "\u2067", "\u2069"
_ALMOST = 0.99


def bar(t: Translator, share: float) -> Phrase:
    """The bar and its percentage; never full before everything is done, never empty once something is."""
    filled = int(min(max(share, 0.0), 1.0) * WIDTH) or int(share > 0)
    blocks = FULL * filled + EMPTY * (WIDTH - filled)
    if t.is_rtl:
        blocks = f"{_RIGHT_TO_LEFT}{blocks}{_POP}"
    percent = t.percent(share if share >= 1 or share <= 0 else min(max(share, 1 - _ALMOST), _ALMOST))
    # Translators: a progress bar of blocks and the same as a percentage, for example "▰▰▰▱▱ 60%".
    return t("%(bar)s %(percent)s", bar=Content(blocks), percent=percent)


def exact_percent(t: Translator, share: float) -> Phrase:
    """A percentage that somebody has set, as exactly as they did."""
    hundredths = round(100 * share, 2)
    if hundredths == round(hundredths):
        return t.percent(share)
    return t("%(number)s%%", number=t.number(hundredths))

"""The labels of a project, and the ids that are derived where a requester gave only words."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, ModelWrapValidatorHandler, model_validator

from core.errors import Problem
from core.intake.checks import AtMost, refuse
from core.intake.problems import ProblemCode, problem
from core.intake.texts import Texts

MOST_LABELS: Final = 24
_ID = re.compile(r"[a-z0-9_-]{1,32}")


def derived_id(text: str) -> str:
    """An id that depends on the text alone, never on the order of labels: `Not sure` → `not-sure`; where
    letters or signs get lost, a piece of the text's hash keeps it apart: `猫` → `l-3c8d1f`."""
    spelled = unicodedata.normalize("NFKD", text).lower()
    lost = any(unicodedata.category(c)[0] in "LNS" and not re.match("[a-z0-9]", c) for c in spelled)
    kept = "".join(c for c in spelled if not unicodedata.category(c).startswith("M"))
    slug = re.sub("[^a-z0-9]+", "-", kept.replace("'", "").replace("’", "")).strip("-")
    if slug and not lost and len(slug) <= 32:
        return slug
    mark = hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:6]
    return f"{slug[:25].strip('-') or 'l'}-{mark}"


def _label_id(value: str) -> str:
    if not _ID.fullmatch(value):
        refuse(problem(ProblemCode.BAD_LABEL_ID, value=value))
    return value


class Label(BaseModel):
    """One label: its id for ever, its names per locale, and whether it was removed since."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, AfterValidator(_label_id)]
    names: Annotated[Texts, AtMost(48)]
    archived: bool = False

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, written: Any, build: ModelWrapValidatorHandler[Label]) -> Label:
        """Accepts `Cat`, `{id: cat, en: Cat, es: Gato}`, `{en: Cat}` and `{id: cat, names: …}`."""
        if isinstance(written, str):
            written = {"names": written}
        if isinstance(written, Mapping):
            own = {key: written[key] for key in ("id", "archived") if key in written}
            names = written.get("names", {key: text for key, text in written.items() if key not in own})
            extra = {} if "names" not in written else dict(written)
            written = {**extra, **own, "names": names}
            if "id" not in written:
                written["id"] = _derived(names)
        return build(written)


def _derived(names: object) -> str:
    texts = {"": names} if isinstance(names, str) else names
    if isinstance(texts, Mapping) and texts:
        text = texts.get("en", next(iter(texts.values())))
        if isinstance(text, str):
            return derived_id(text)
    return derived_id("")  # the names are refused anyway, so the id need not mean anything


def check_labels(labels: tuple[Label, ...]) -> tuple[Label, ...]:
    """Not too many, every id once, and every reader sees different texts on the buttons."""
    problems: list[Problem] = []
    if len(labels) > MOST_LABELS:
        problems.append(problem(ProblemCode.TOO_MANY_LABELS, value=str(len(labels)), limit=MOST_LABELS))
    ids: set[str] = set()
    for position, label in enumerate(labels, start=1):
        if label.id in ids:
            problems.append(problem(ProblemCode.DUPLICATE_LABEL_ID, field=f"[{position}].id", value=label.id))
        ids.add(label.id)
    problems.extend(_same_texts(labels))
    if problems:
        refuse(*problems)
    return labels


def _same_texts(labels: tuple[Label, ...]) -> list[Problem]:
    found: dict[int, Problem] = {}
    for locale in dict.fromkeys(locale for label in labels for locale in label.names):
        seen: set[str] = set()
        for position, label in enumerate(labels, start=1):
            text = label.names.pick(locale)
            if not label.archived and text.casefold() in seen:
                found.setdefault(
                    position,
                    problem(
                        ProblemCode.DUPLICATE_LABEL_TEXT, field=f"[{position}]", value=text, locale=locale
                    ),
                )
            if not label.archived:
                seen.add(text.casefold())
    return list(found.values())

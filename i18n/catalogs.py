"""Keeps the catalogs in step with the code: `python -m i18n.catalogs update` and `… check`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, write_po

from i18n.messages import DOMAIN, catalog_path, faults, load, source_faults, texts
from i18n.negotiation import LOCALES, SOURCE, locales_in

ROOT = LOCALES.parent.parent
TEMPLATE = f"{DOMAIN}.pot"
KEYWORDS = {"t": (1,), "n": (1, 2), "N_": (1,)}
COMMENT_TAG = "Translators:"
_KEPT_HEADERS = ("Last-Translator", "Language-Team", "Report-Msgid-Bugs-To")


def extract(root: Path = ROOT) -> Catalog:
    """Collect every message that the code says, with the comments for translators."""
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel left it untyped
    template = Catalog(domain=DOMAIN)
    found = extract_from_dir(
        root, methods, options, KEYWORDS, comment_tags=(COMMENT_TAG,), strip_comment_tags=True
    )
    for _, _, message, comments, context in found:
        if message:  # t("") says nothing
            template.add(message, auto_comments=comments, context=context)
    return template


def merged(template: Catalog, old: Catalog) -> Catalog:
    """Give the template's messages the translations they have; keep the others aside, as obsolete."""
    new = Catalog(locale=old.locale, domain=DOMAIN, header_comment=old.header_comment)
    kept = {texts(message.id)[0]: message for message in (*old.obsolete.values(), *old) if message.id}
    for message in template:
        if not message.id:
            continue
        known = kept.pop(texts(message.id)[0], None)
        new.add(
            message.id,
            _translation(message, known),
            auto_comments=message.auto_comments,
            user_comments=known.user_comments if known else (),
            flags=message.flags | (known.flags & {"fuzzy"} if known else set()),
        )
    for key, message in kept.items():
        if any(texts(message.string or "")):  # work that a returning sentence would need again
            new.obsolete[key] = message
    return new


def update(root: Path = ROOT, folder: Path = LOCALES) -> None:
    """Write the template and every locale's catalog anew from the code, keeping translations."""
    template = extract(root)
    (folder / TEMPLATE).write_bytes(as_template(template))
    for locale in locales_in(folder):
        path = catalog_path(locale, folder)
        if path.exists():
            old = load(path, locale)
        else:  # a new locale begins as an empty folder
            old = Catalog(locale=locale, domain=DOMAIN, header_comment="")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_catalog(merged(template, old), locale, _credits(old)))


def check(root: Path = ROOT, folder: Path = LOCALES) -> Iterator[str]:
    """Say what is wrong, one line for each problem."""
    template = extract(root)
    template_path = folder / TEMPLATE
    if not template_path.exists() or template_path.read_bytes() != as_template(template):
        yield f"{TEMPLATE}: out of date, run `make messages`"
    for message in template:
        for fault in source_faults(texts(message.id)) if message.id else ():
            yield f"source: {texts(message.id)[0]!r}: {fault}"
    for locale in locales_in(folder):
        for problem in catalog_problems(template, locale, catalog_path(locale, folder)):
            yield f"{locale}: {problem}"


def catalog_problems(template: Catalog, locale: str, path: Path) -> Iterator[str]:
    """Say what is wrong with one catalog; English may leave messages empty, since they are its own."""
    if not path.exists():
        yield "has no catalog, run `make messages`"
        return
    try:
        catalog = load(path, locale)
    except (PoFileError, ValueError) as error:
        yield f"cannot be read: {error}"
        return
    expected = get_plural(locale).num_plurals
    if catalog.num_plurals != expected:
        yield f"declares {catalog.num_plurals} plural forms instead of {expected}"
        return
    for message in template:
        known = catalog.get(texts(message.id)[0])
        if not message.id:
            continue
        if known is None or texts(known.id) != texts(message.id):
            yield f"{texts(message.id)[0]!r}: missing, run `make messages`"
        elif locale != SOURCE or any(texts(known.string or "")):
            for fault in faults(catalog, known):
                yield f"{texts(message.id)[0]!r}: {fault}"
    for message in catalog:
        if message.id and texts(message.id)[0] not in template:
            yield f"{texts(message.id)[0]!r}: no longer said, run `make messages`"


def as_template(template: Catalog) -> bytes:
    """Write the template without anything that changes when no message does."""
    return _written(template, {}, "")


def as_catalog(catalog: Catalog, locale: str, credits_: Iterable[tuple[str, str]] = ()) -> bytes:
    """Write a locale's catalog without anything that changes when no message does."""
    headers = {"Language": locale, "Plural-Forms": catalog.plural_forms, **dict(credits_)}
    return _written(catalog, headers, catalog.header_comment)


def _written(catalog: Catalog, headers: dict[str, str], comment: str) -> bytes:
    headers = {**headers, "MIME-Version": "1.0", "Content-Type": "text/plain; charset=utf-8"}
    headers["Content-Transfer-Encoding"] = "8bit"
    lines = "".join(f'"{name}: {value}\\n"\n' for name, value in headers.items())
    body = BytesIO()
    write_po(body, catalog, no_location=True, omit_header=True, sort_output=True)
    top = f"{comment.strip()}\n" if comment.strip() else ""
    return f'{top}msgid ""\nmsgstr ""\n{lines}\n'.encode() + body.getvalue().rstrip(b"\n") + b"\n"


def _credits(catalog: Catalog) -> list[tuple[str, str]]:
    """Keep who translated, but none of the placeholders a tool fills in."""
    return [
        (name, value)
        for name, value in catalog.mime_headers
        if name in _KEPT_HEADERS and not any(mark in value for mark in ("ADDRESS", "LANGUAGE", "LL@li.org"))
    ]


def _translation(message: Message, known: Message | None) -> str | tuple[str, ...]:
    if known is None or known.pluralizable != message.pluralizable:
        return ("",) if message.pluralizable else ""
    forms = texts(known.string or "")
    return forms if message.pluralizable else forms[0]


def main(arguments: list[str]) -> int:
    """Run one of the two commands; `check` fails when there is a problem."""
    if arguments == ["update"]:
        update()
        return 0
    if arguments == ["check"]:
        problems = list(check())
        sys.stdout.writelines(f"{problem}\n" for problem in problems)
        return 1 if problems else 0
    sys.stderr.write("usage: python -m i18n.catalogs update | check\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

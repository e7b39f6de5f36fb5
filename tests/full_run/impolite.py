"""What nobody should send, and what the product should say to it."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass

from PIL import Image

from i18n import Translator

_PLACE = re.compile(r"%\((\w+)\)s")
_FILLED = re.compile("[\u2066-\u2069]*\0[\u2066-\u2069]*")


def said(t: Translator, message: str) -> re.Pattern[str]:
    """How a message reads in somebody's language, whatever stands in its places."""
    words = t(message, **dict.fromkeys(_PLACE.findall(message), "\0"))
    return re.compile(".*".join(re.escape(part) for part in _FILLED.split(words)), re.DOTALL)


@dataclass(frozen=True, slots=True)
class BadUpload:
    """A file that cannot be used, and the problem that is told."""

    name: str
    data: bytes
    code: str


def _zip(*files: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return packed.getvalue()


def _vast_picture() -> bytes:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    return out.getvalue()


def task_files() -> list[BadUpload]:
    """Files that should bring tasks."""
    rows = b"text\nfine\n"
    return [
        BadUpload("empty.csv", b"", "empty_file"),
        BadUpload("header.csv", b"text,lang\n", "no_rows"),
        BadUpload("other.csv", b"colour,size\nred,3\n", "missing_column"),
        BadUpload("twice.csv", b"text,text\na,b\n", "duplicate_column"),
        BadUpload(
            "wide.csv", b"text," + b",".join(b"c%d" % at for at in range(60)) + b"\nx\n", "too_many_columns"
        ),
        BadUpload("noise.csv", bytes(range(128, 256)) * 40, "unknown_encoding"),
        BadUpload("long.csv", b"text\n" + b"x" * 3_000_000 + b"\n", "line_too_long"),
        BadUpload("paper.pdf", b"%PDF-1.7 \xe2\xe3\xcf\xd3 ...", "unknown_file_type"),
        BadUpload("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        BadUpload("broken.xlsx", b"PK\x03\x04 not really", "zip_broken"),
        BadUpload("broken.zip", _zip(("t.csv", rows))[:-30], "zip_broken"),
        BadUpload("bomb.zip", _zip(("t.csv", b"text\n" + b"0" * 40_000_000)), "zip_bomb"),
        BadUpload("out.zip", _zip(("../t.csv", rows)), "zip_unsafe_path"),
        BadUpload("two.zip", _zip(("a.csv", rows), ("b.csv", rows)), "zip_many_tables"),
        BadUpload("half.json", b'[{"text": "a"}, {"text": ', "json_broken"),
        BadUpload("one.json", b'{\n"text": "a"\n}', "json_not_list"),
        BadUpload("cat.png", b"this is no picture", "image_broken"),
        BadUpload("vast.png", _vast_picture(), "image_too_large"),
    ]


def project_files() -> list[BadUpload]:
    """Files that should make a project."""
    good = b"project: A\ninstructions: B\nlabels: [C, D]\n"
    return [
        BadUpload("empty.yaml", b"", "empty_file"),
        BadUpload("list.yaml", b"- a\n- b\n", "wrong_shape"),
        BadUpload("broken.yaml", b"project: [A\nlabels: }\n", "yaml_broken"),
        BadUpload("alias.yaml", b"project: &a A\ninstructions: *a\nlabels: [C, D]\n", "yaml_alias"),
        BadUpload("tag.yaml", b"project: !!python/object:os.system A\n", "yaml_tag"),
        BadUpload("deep.yaml", b"project: " + b"[" * 500 + b"]" * 500, "yaml_too_deep"),
        BadUpload("more.yaml", good + b"---\n" + good, "yaml_many_documents"),
        BadUpload("double.yaml", good + b"project: E\n", "duplicate_key"),
        BadUpload("unknown.yaml", good + b"rewards: 5\n", "unknown_key"),
        BadUpload("missing.yaml", b"project: A\nlabels: [C, D]\n", "missing_key"),
        BadUpload("one.yaml", b"project: A\ninstructions: B\nlabels: [C]\n", "too_few_labels"),
        BadUpload("order.yaml", good + b"overlap: {min: 5, max: 2}\n", "overlap_order"),
        BadUpload("limit.yaml", good + b"time_limit: soon\n", "bad_duration"),
        BadUpload("noise.yaml", bytes(range(128, 256)) * 40, "unknown_encoding"),
    ]

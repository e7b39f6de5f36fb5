"""Project files: what is read, what is refused, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from core.domain.topics import Topic
from core.errors import BadFile, Problem
from core.intake.labels import derived_id
from core.intake.problems import MEANINGS, ProblemCode
from core.intake.project_file import (
    Overlap,
    Priority,
    ProjectFile,
    Suggestions,
    build_project,
    read_project_file,
    to_yaml,
)
from core.intake.project_model import Qualification

MADRID = ZoneInfo("Europe/Madrid")
SMALL = "project: P\ninstructions: What?\nlabels: [Cat, Dog]\n"
WHOLE = """
project: Street scenes          # title; may be a map of locale → title
kind: choice
instructions: {en: "What is in the picture?", es: "¿Qué hay en la imagen?"}
labels: [{id: cat, en: Cat, es: Gato}, {id: dog, en: Dog, es: Perro}]
overlap: {min: 2, max: 5, confidence: 0.95}
reward: 10
penalty: 5
penalty_weight: 1
time_limit: 5h                  # 90s, 30m, 5h, 2d
deadline: 2026-12-31T18:00:00Z
priority: normal
budget: 5000
suggestions: {model: none, show_above: 0.6, control_share: 0.1}
gold_share: 0.05
"""
ASKS = """\
topics: [medical, Violence]
qualification: {skill: birds, pass: 0.9, questions: 12, expires: 90d}
"""


def read(text: str) -> ProjectFile:
    return read_project_file(text.encode(), zone=MADRID)


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(BadFile) as bad:
        read_project_file(text.encode() if isinstance(text, str) else text, zone=MADRID)
    for found in bad.value.problems:
        sentence = MEANINGS[ProblemCode(found.code)]
        assert sentence % {"line": found.line, "field": found.field, "value": found.value, **found.facts}
    return list(bad.value.problems)


def test_what_is_asked_of_workers_first() -> None:
    """Topics, and a skill with the terms on which it is earned."""
    project = read(SMALL + ASKS)
    assert project.topics == (Topic.MEDICAL, Topic.VIOLENCE)
    terms = {"skill": "birds", "pass": 0.9, "questions": 12, "expires": "90d"}
    assert project.qualification == Qualification.model_validate(terms)


def codes(text: str | bytes) -> list[tuple[str, str | None]]:
    return [(found.code, found.field) for found in problems(text)]


def test_the_whole_file_of_the_documentation_is_read() -> None:
    project = read(WHOLE)
    assert project.title.pick("es") == "Street scenes"
    assert project.instructions.pick("es-MX") == "¿Qué hay en la imagen?"
    assert [(label.id, label.names.pick("es")) for label in project.labels] == [
        ("cat", "Gato"),
        ("dog", "Perro"),
    ]
    assert project.overlap == Overlap(min=2, max=5, confidence=0.95)
    assert (project.reward, project.penalty, project.penalty_points, project.budget) == (10, 5, 5, 5000)
    assert project.time_limit == timedelta(hours=5)
    assert project.deadline == datetime(2026, 12, 31, 18, tzinfo=UTC)
    assert project.priority is Priority.NORMAL
    assert project.suggestions == Suggestions(model="none", show_above=0.6, control_share=0.1)


def test_what_is_left_out_has_the_documented_default() -> None:
    """Only a title, instructions and labels are needed; the rest equals the file of the documentation."""
    whole = read(WHOLE)
    small = read(SMALL)
    same = ("overlap", "reward", "penalty", "penalty_weight", "time_limit", "priority", "suggestions")
    assert [getattr(small, name) for name in same] == [getattr(whole, name) for name in same]
    assert (small.deadline, small.budget, small.languages, small.method) == (None, None, None, "dawid_skene")
    assert small.gold_share == 0.05


@pytest.mark.parametrize(
    "text", [WHOLE, SMALL, SMALL.replace("Cat", "猫") + "languages: [es, pt-BR]\n", SMALL + ASKS]
)
def test_a_project_survives_yaml_and_storage(text: str) -> None:
    """Written as a file and as JSON it reads back equal, and the JSON is the same each time."""
    project = read(text)
    assert read(to_yaml(project)) == project
    stored = project.model_dump_json()
    again = ProjectFile.model_validate_json(stored)
    assert again == project
    assert again.model_dump_json() == stored


def test_archived_labels_and_odd_words_survive_too() -> None:
    project = read(
        "project: {no: Hei, en: 'yes'}\ninstructions: |\n  one\n  two\n"
        "labels: [yes, no, 07, {id: null-ish, names: 'null'}, {id: gone, archived: true, en: Gone}]\n"
    )
    assert [label.names.pick("en") for label in project.labels] == ["yes", "no", "07", "null", "Gone"]
    assert project.labels[-1].archived
    assert project.title["no"] == "Hei"
    assert project.instructions.pick() == "one\ntwo"
    assert read(to_yaml(project)) == project


def test_a_date_without_zone_is_the_requesters() -> None:
    assert read(SMALL + "deadline: 2026-07-01 12:00\n").deadline == datetime(2026, 7, 1, 10, tzinfo=UTC)


def test_every_problem_is_told_at_once_with_its_line() -> None:
    """A requester fixes a file in one go, not fault by fault."""
    found = problems(
        """project: ""
kind: chioce
instruction: x
labels: [Cat, {id: "A B", en: x, xq: y}, []]
overlap: {min: 7, max: 5, confidenc: 0.95}
reward: ten
reward: 11
penalty: 99999
time_limit: 5 parsecs
deadline: tomorrow
priority: hihg
budget: lots
languages: en, xq
suggestions: 5
gold_share: nan
"""
    )
    assert {(one.code, one.field, one.line) for one in found} == {
        ("duplicate_key", "reward", 7),
        ("blank", "project", 1),
        ("not_one_of", "kind", 2),
        ("missing_key", "instructions", 1),
        ("unknown_key", "instruction", 3),
        ("bad_label_id", "labels[2].id", 4),
        ("unknown_language", "labels[2].xq", 4),
        ("wrong_shape", "labels[3]", 4),
        ("unknown_key", "overlap.confidenc", 5),
        ("not_a_number", "reward", 6),
        ("out_of_range", "penalty", 8),
        ("bad_duration", "time_limit", 9),
        ("bad_date", "deadline", 10),
        ("not_one_of", "priority", 11),
        ("not_a_number", "budget", 12),
        ("unknown_language", "languages[2]", 13),
        ("wrong_shape", "suggestions", 14),
        ("not_a_number", "gold_share", 15),
    }
    meant = {one.field: one.facts["did_you_mean"] for one in found if "did_you_mean" in one.facts}
    assert meant["kind"] == "choice"
    assert meant["instruction"] == "instructions"
    assert meant["overlap.confidenc"] == "confidence"
    assert meant["priority"] == "high"


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ("overlap: {min: 6, max: 5}", "overlap_order", "overlap.min"),
        ("overlap: {max: 51}", "out_of_range", "overlap.max"),
        ("overlap: {min: 0}", "out_of_range", "overlap.min"),
        ("overlap: {confidence: 1}", "out_of_range", "overlap.confidence"),
        ("reward: -1", "out_of_range", "reward"),
        ("reward: 10001", "out_of_range", "reward"),
        ("reward: 1.5", "not_a_number", "reward"),
        ("reward:", "blank", "reward"),
        ("penalty_weight: 11", "out_of_range", "penalty_weight"),
        ("time_limit: 29s", "out_of_range", "time_limit"),
        ("time_limit: 31d", "out_of_range", "time_limit"),
        ("budget: 9", "budget_too_small", "budget"),
        ("gold_share: 0.6", "out_of_range", "gold_share"),
        ("suggestions: {control_share: 2}", "out_of_range", "suggestions.control_share"),
        ("suggestions: {model: ../../etc}", "bad_name", "suggestions.model"),
        ("method: rm -rf", "not_one_of", "method"),
        ("kind: [choice]", "wrong_shape", "kind"),
        ("topics: [violence, gore]", "not_one_of", "topics[2]"),
        ("qualification: birds", "wrong_shape", "qualification"),
        ("qualification: {skil: birds, skill: birds}", "unknown_key", "qualification.skil"),
        ("qualification: {skill: no good name}", "bad_name", "qualification.skill"),
        ("qualification: {skill: birds, questions: 2}", "out_of_range", "qualification.questions"),
        ("qualification: {skill: birds, expires: 2h}", "out_of_range", "qualification.expires"),
    ],
)
def test_limits(line: str, code: str, field: str) -> None:
    assert codes(SMALL + line + "\n") == [(code, field)]


@pytest.mark.parametrize(
    ("labels", "code", "field"),
    [
        ("[]", "too_few_labels", "labels"),
        ("[Cat]", "too_few_labels", "labels"),
        ("[Cat, {en: Dog, archived: true}]", "too_few_labels", "labels"),
        (f"[{', '.join(f'label{n}' for n in range(25))}]", "too_many_labels", "labels"),
        ("[Cat, {id: cat, en: Kitty}]", "duplicate_label_id", "labels[2].id"),
        ("[{id: a, en: Cat}, {id: b, en: CAT}]", "duplicate_label_text", "labels[2]"),
        ("[{id: a, en: Cat}, {id: b, es: Cat}]", "duplicate_label_text", "labels[2]"),
        ("[Cat, {id: dog}]", "blank", "labels[2]"),
        (f"[Cat, {'x' * 49}]", "too_long", "labels[2]"),
        (f"[Cat, {{id: {'x' * 33}, en: Dog}}]", "bad_label_id", "labels[2].id"),
        ("[Cat, {en: Dog, es: ' '}]", "blank", "labels[2].es"),
        ("[Cat, {id: dog, names: Dog, archived: perhaps}]", "wrong_shape", "labels[2].archived"),
        ("{cat: Cat}", "wrong_shape", "labels"),
    ],
)
def test_labels_that_cannot_be_buttons(labels: str, code: str, field: str) -> None:
    assert (code, field) in codes(f"project: P\ninstructions: What?\nlabels: {labels}\n")


def test_texts_that_no_card_can_hold() -> None:
    text = f"project: {{en: {'t' * 81}, es: ok}}\ninstructions: {{en: ok, es: {'i' * 501}}}\nlabels: [a, b]\n"
    assert codes(text) == [("too_long", "project.en"), ("too_long", "instructions.es")]
    assert problems(text)[1].facts == {"limit": 500, "length": 501}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"# only a remark\n", "empty_file"),
        (b"- a\n- b\n", "wrong_shape"),
        (b"project: [", "yaml_broken"),
        (b"a: b: c", "yaml_broken"),
        (b"a: \x00", "yaml_broken"),
        (b"? [a]\n: b", "yaml_broken"),
        (b"a: &x [1]\nb: *x", "yaml_alias"),
        (b"a: *x", "yaml_alias"),
        (b"a: !!python/object/apply:os.system ['id']", "yaml_tag"),
        (b"a: b\n---\nc: d", "yaml_many_documents"),
        (b"[" * 50_000, "yaml_too_deep"),
        (b"a: [" + b"1," * 50_000 + b"]", "yaml_too_deep"),
        (b"\xff\xfe\x00", "unknown_encoding"),
        ("project: señor".encode("latin-1"), "unknown_encoding"),
        (b"a" * (256 * 1024 + 1), "file_too_large"),
    ],
)
def test_files_that_are_no_project_at_all(data: bytes, code: str) -> None:
    """Nothing of the parser's own words comes through."""
    assert [one.code for one in problems(data)] == [code]


def test_windows_files_are_read() -> None:
    text = SMALL.replace("\n", "\r\n")
    assert read_project_file(text.encode("utf-8-sig"), zone=MADRID) == read(SMALL)
    assert read_project_file(text.encode("utf-16"), zone=MADRID) == read(SMALL)


def test_ids_are_derived_from_the_words_alone() -> None:
    """The order of the labels must not matter, since ids never change."""
    words = ["Not sure", "Café", "猫", "狗", "C++", "C", "Don't know", "x" * 48]
    ids = [derived_id(word) for word in words]
    assert ids[:2] == ["not-sure", "cafe"]
    assert ids[5:7] == ["c", "dont-know"]
    assert len(set(ids)) == len(ids)
    forwards = read(f"project: P\ninstructions: Q\nlabels: {words}\n")
    backwards = read(f"project: P\ninstructions: Q\nlabels: {words[::-1]}\n")
    assert [label.id for label in forwards.labels] == [label.id for label in backwards.labels[::-1]]


@pytest.mark.parametrize(
    ("penalty", "weight", "points"), [(5, 1, 5), (5, 0.5, 3), (5, 0.1, 1), (10, 0.15, 2), (7, 0, 0)]
)
def test_the_penalty_is_whole_points_rounded_half_up(penalty: int, weight: float, points: int) -> None:
    assert read(SMALL + f"penalty: {penalty}\npenalty_weight: {weight}\n").penalty_points == points


def test_settings_gathered_one_by_one_are_checked_alike() -> None:
    """The step-by-step dialogue can ask after each step what is wrong with that field."""
    with pytest.raises(BadFile) as bad:
        build_project({"project": "x" * 99, "labels": ["Cat", "Dog"]}, zone=MADRID)
    assert [(one.code, one.field, one.line) for one in bad.value.problems] == [
        ("too_long", "project", None),
        ("missing_key", "instructions", None),
    ]


def test_a_project_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        read(SMALL).reward = 11

"""What every task kind promises; a new kind is tested here from the moment its file exists."""

from __future__ import annotations

from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from core.errors import Refused
from core.intake.problems import ProblemCode
from core.intake.project_file import ProjectFile, build_project, read_project_file, to_yaml
from core.kinds import Form, Kind, OneOf, Shape, kind_named, kinds

UTC = ZoneInfo("UTC")


@pytest.fixture(params=list(kinds()))
def kind(request: pytest.FixtureRequest) -> Kind:
    return kind_named(request.param)


@pytest.fixture
def project(kind: Kind) -> ProjectFile:
    return read_project_file(kind.example.encode(), zone=UTC)


def answers_to(form: Form) -> list[str]:
    """Some answers that a form invites; a kind with a new form adds its own here."""
    match form:
        case OneOf(options):
            return [option.id for option in options]


def test_a_kind_names_itself_and_its_content(kind: Kind) -> None:
    """The name is the key in the registry and in project files; some column holds what is judged."""
    assert kinds()[kind.name] is kind
    assert kind.content_columns
    assert kind.shape in Shape


def test_the_example_is_a_project_of_the_kind(kind: Kind, project: ProjectFile) -> None:
    """A requester can send the example as it is, and it survives being written again."""
    assert project.kind == kind.name
    assert list(kind.check_project(project)) == []
    assert read_project_file(to_yaml(project).encode(), zone=UTC) == project


def test_every_answer_that_the_form_invites_is_accepted(kind: Kind, project: ProjectFile) -> None:
    """What is stored is canonical: read again it stays the same, and a requester's gold may say it too."""
    answers = answers_to(kind.form(project))
    assert answers
    for answer in answers:
        stored = kind.parse_answer(answer, project)
        assert kind.parse_answer(stored, project) == stored
        assert kind.parse_gold(stored, project) == stored


def test_agreement_is_a_share(kind: Kind, project: ProjectFile) -> None:
    """The same answer is fully right, and nothing earns more than that or less than nothing."""
    answers = [kind.parse_answer(answer, project) for answer in answers_to(kind.form(project))]
    for answer in answers:
        for truth in answers:
            share = kind.agreement(answer, truth)
            assert isinstance(share, Fraction)
            assert 0 <= share <= 1
            assert (share == 1) >= (answer == truth)


@pytest.mark.parametrize("raw", ["", " ", "no such answer \x00", "x" * 5_000])
def test_nonsense_is_refused_in_our_words(kind: Kind, project: ProjectFile, raw: str) -> None:
    """A refusal carries a reason for which the dialogue has a sentence."""
    for parse in (kind.parse_answer, kind.parse_gold):
        with pytest.raises(Refused) as refused:
            parse(raw, project)
        assert refused.value.reason in list(ProblemCode)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        kind_named("astrology")
    assert refused.value.reason == "unknown_kind"


class TestChoice:
    """One of a few labels."""

    project = build_project(
        {
            "project": "Words",
            "instructions": "Which?",
            "labels": [
                {"id": "gift", "en": "Gift", "de": "Geschenk"},
                {"id": "poison", "en": "Poison", "de": "Gift"},
                {"id": "old", "en": "Old", "archived": True},
                {"id": "cat", "zh": "猫", "tr": "Kedi"},
            ],
        },
        zone=UTC,
    )

    def test_a_removed_label_is_neither_offered_nor_accepted(self) -> None:
        """Its answers are kept, but nobody can give it any more, not even as gold."""
        kind = kind_named("choice")
        assert [option.id for option in kind.form(self.project).options] == ["gift", "poison", "cat"]
        for parse in (kind.parse_answer, kind.parse_gold):
            with pytest.raises(Refused, match="archived_label"):
                parse("old", self.project)

    @pytest.mark.parametrize("raw", ["cat", " CAT ", "猫", "kedi", "KEDI"])
    def test_gold_may_be_a_label_in_any_language(self, raw: str) -> None:
        assert kind_named("choice").parse_gold(raw, self.project) == "cat"

    def test_an_id_wins_over_a_text(self) -> None:
        """`gift` is an id, and a German text of another label: the id is meant."""
        assert kind_named("choice").parse_gold("Gift", self.project) == "gift"

    def test_a_text_of_two_labels_is_refused(self) -> None:
        """Guessing would put a wrong truth into the game."""
        project = build_project(
            {
                "project": "Words",
                "instructions": "Which?",
                "labels": [{"id": "a", "en": "Gift", "de": "Geschenk"}, {"id": "b", "en": "P", "de": "Gift"}],
            },
            zone=UTC,
        )
        with pytest.raises(Refused) as refused:
            kind_named("choice").parse_gold("gift", project)
        assert refused.value.reason == "ambiguous_label"
        assert refused.value.facts["options"] == "a, b"

    def test_answers_are_ids_only(self) -> None:
        with pytest.raises(Refused, match="unknown_label"):
            kind_named("choice").parse_answer("Poison", self.project)

    def test_agreement_is_all_or_nothing(self) -> None:
        kind = kind_named("choice")
        assert [kind.agreement("a", truth) for truth in ("a", "b")] == [Fraction(1), Fraction(0)]

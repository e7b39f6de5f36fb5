"""What happened, as values; the dialogue puts them into words for the people they concern."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.domain.money import Money
from core.domain.payouts import PayoutState


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """A card runs out soon."""

    person_id: int
    account_id: int
    assignment_id: int
    due_at: datetime
    penalty: int


@dataclass(frozen=True, slots=True)
class BecameOverdue:
    """A card ran out; `penalty` points were taken (0 when there was no fair warning)."""

    person_id: int
    account_id: int
    assignment_id: int
    penalty: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A card was taken back without cost: nobody touched it, or its task needs no more answers."""

    person_id: int
    account_id: int
    assignment_id: int
    why: str
    """untouched, not_needed, project_ended, unreachable, undone, linked, erased, own_project, imposed or topics."""


@dataclass(frozen=True, slots=True)
class AnswersPaid:
    """Some answers of a person were settled; `corrected` of the points came since a decision was changed."""

    person_id: int
    answers: int
    right: int
    points: int
    corrected: int = 0


@dataclass(frozen=True, slots=True)
class TaskEscalated:
    """The answers do not decide a task; the owner must."""

    owner_id: int
    project_id: int
    task_id: int


@dataclass(frozen=True, slots=True)
class BudgetSpent:
    """A project cannot pay for the next answer and was paused."""

    owner_id: int
    project_id: int


@dataclass(frozen=True, slots=True)
class ProjectFinished:
    """Every task of a project is settled, or its deadline passed."""

    owner_id: int
    project_id: int
    why: str  # settled | deadline


@dataclass(frozen=True, slots=True)
class RoleGranted:
    """A person holds a new role."""

    person_id: int
    role: str


@dataclass(frozen=True, slots=True)
class NewWork:
    """There is new work in a person's languages, and they chose to be told."""

    person_id: int
    projects: int


@dataclass(frozen=True, slots=True)
class ChatLinked:
    """From another chat, this one was linked with it."""

    account_id: int


@dataclass(frozen=True, slots=True)
class ChatUnlinked:
    """A linked chat went its own way; the card that it showed, if any, is in this one now."""

    account_id: int
    assignment_id: int | None


@dataclass(frozen=True, slots=True)
class ModelTookOver:
    """A project's newest model was shown to be better than the one before and suggests from now on.

    Of `compared` new tasks it was right on `right`, and the one before on `right_before`.
    """

    owner_id: int
    project_id: int
    model_id: int
    compared: int
    right: int
    right_before: int


@dataclass(frozen=True, slots=True)
class ModelUnusable:
    """A project's model cannot be used; the project goes on without suggestions."""

    owner_id: int
    project_id: int
    model_id: int


@dataclass(frozen=True, slots=True)
class PilotOver:
    """Every task of a trial is settled or waits for a decision; its owner decides whether to launch."""

    owner_id: int
    project_id: int


@dataclass(frozen=True, slots=True)
class BonusGiven:
    """Somebody got points beside those for answers: from the owner, or for `days` in a row."""

    person_id: int
    project_id: int
    points: int
    days: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PayoutMoved:
    """What a statement pays a person was taken from their balance, was sent, or came back."""

    person_id: int
    payout_id: int
    state: PayoutState
    points: int
    money: Money


@dataclass(frozen=True, slots=True)
class Imposed:
    """Something was imposed on a person, by a moderator or by a rule."""

    person_id: int
    restriction_id: int


@dataclass(frozen=True, slots=True)
class Lifted:
    """Something that was imposed on a person is over before its time."""

    person_id: int
    restriction_id: int


@dataclass(frozen=True, slots=True)
class PointsAdjusted:
    """A moderator gave a person points of a project, or took some back (below nothing)."""

    person_id: int
    project_id: int
    points: int
    words: str


@dataclass(frozen=True, slots=True)
class AppealDecided:
    """A moderator looked at an appeal; `points` more came of it for the one who made it."""

    person_id: int
    appeal_id: int
    upheld: bool
    points: int


@dataclass(frozen=True, slots=True)
class TaskReported:
    """Workers say that something is wrong with a task; `held` once so many do that nobody gets it any more."""

    owner_id: int
    project_id: int
    task_id: int
    held: bool


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """Something new waits for a moderator."""

    person_id: int  # the moderator


@dataclass(frozen=True, slots=True)
class SkillEnds:
    """A skill that somebody holds ends soon; practising for the project renews it."""

    person_id: int
    skill_id: int
    project_id: int
    expires_at: datetime


Event = (
    ReminderDue
    | BecameOverdue
    | TakenBack
    | AnswersPaid
    | TaskEscalated
    | BudgetSpent
    | ProjectFinished
    | RoleGranted
    | NewWork
    | ChatLinked
    | ChatUnlinked
    | ModelTookOver
    | ModelUnusable
    | PilotOver
    | BonusGiven
    | PayoutMoved
    | Imposed
    | Lifted
    | PointsAdjusted
    | AppealDecided
    | TaskReported
    | CaseOpened
    | SkillEnds
)

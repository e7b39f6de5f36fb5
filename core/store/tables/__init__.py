"""Every table. Rules of the game are constraints here too, so that no code path can break them."""

from core.store.tables.audit import AUDIT_APPEND_ONLY, audit, audit_head
from core.store.tables.background import job, lease
from core.store.tables.crowds import crowd_model, reliability, worker_model
from core.store.tables.incentives import nickname, pilot, streak_bonus
from core.store.tables.installations import installation
from core.store.tables.keys import vault_key
from core.store.tables.linking import link_code, link_try
from core.store.tables.messages import inbox, media, outbox, slot, web_message
from core.store.tables.metadata import metadata
from core.store.tables.models import model, serving, suggested, suggestion
from core.store.tables.payouts import payout, payout_share
from core.store.tables.people import account, consent, invite, person, person_language
from core.store.tables.points import APPEND_ONLY, ledger
from core.store.tables.practice import admission, attempt, attempt_task, practice, skill, skill_held
from core.store.tables.projects import project, project_version, queue
from core.store.tables.review import appeal, flag, review_case
from core.store.tables.rules import house, watch
from core.store.tables.standing import restriction
from core.store.tables.tasks import place, task
from core.store.tables.work import answer, assignment

__all__ = [
    "APPEND_ONLY",
    "AUDIT_APPEND_ONLY",
    "account",
    "admission",
    "answer",
    "appeal",
    "assignment",
    "attempt",
    "attempt_task",
    "audit",
    "audit_head",
    "consent",
    "crowd_model",
    "flag",
    "house",
    "inbox",
    "installation",
    "invite",
    "job",
    "lease",
    "ledger",
    "link_code",
    "link_try",
    "media",
    "metadata",
    "model",
    "nickname",
    "outbox",
    "payout",
    "payout_share",
    "person",
    "person_language",
    "pilot",
    "place",
    "practice",
    "project",
    "project_version",
    "queue",
    "reliability",
    "restriction",
    "review_case",
    "serving",
    "skill",
    "skill_held",
    "slot",
    "streak_bonus",
    "suggested",
    "suggestion",
    "task",
    "vault_key",
    "watch",
    "web_message",
    "worker_model",
]

"""What a project asks of a worker before the first card: to see its topics, to know of them, to earn its skill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core import practising
from core.domain.person import Person
from core.domain.project import Project
from core.domain.topics import Lack
from core.intake.project_model import ProjectFile
from core.practising import Outlook
from core.store import admissions, projects, qualified, queues
from core.store.admissions import Chosen
from core.store.queues import Queue
from core.store.transaction import Transaction

MOST = 6
"""So many skills are looked at for one to ask about; the others wait for another time."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What one project asks first; with `practice` when it is a skill."""

    lack: Lack
    project: Project
    practice: Outlook | None = None


def gate(tx: Transaction, person: Person, project_id: int, *, now: datetime) -> Gate | None:
    """What a project asks of somebody first, if anything."""
    lack, project = (
        admissions.lack(tx, person_id=person.id, project_id=project_id, now=now),
        projects.find(tx, project_id),
    )
    if lack is Lack.NOTHING or project is None:
        return None
    practice = practising.outlook(tx, person, project) if lack is Lack.SKILL else None
    return Gate(lack, project, practice)


def first(tx: Transaction, person: Person, lacking: Iterable[Queue], *, now: datetime) -> Gate | None:
    """The most urgent of these queues' projects that has work for somebody and may ask them something now.

    Nobody is asked again of topics that they said no to, nor of what they put off, nor of a skill that they
    may not practise for at the moment.
    """
    put_off = admissions.put_off_now(tx, person.id, now=now)
    of_project: dict[int, list[Queue]] = {}
    for one in lacking:
        if one.project_id not in put_off:
            of_project.setdefault(one.project_id, []).append(one)
    said: Chosen | None = None
    skills = 0
    waits: set[object] = set()  # skills that they may not practise for now, whichever project asks
    for project_id, waiting in of_project.items():
        lack, practice = Lack(waiting[0].lacks), None
        if lack is Lack.TOPICS:
            said = said or admissions.chosen(tx, person.id)
            if _refused(waiting[0].file, said):
                continue
        project = projects.find(tx, project_id)
        assert project is not None, "its queue was just read"
        if lack is Lack.SKILL:
            policy = project.file.qualification
            wanted = (qualified.required_by(tx, project_id), policy and policy.questions)
            if wanted in waits:
                continue
            skills += 1
            practice = practising.outlook(tx, person, project) if skills <= MOST else None
            if practice is None or not practice.ready(now):
                waits.add(wanted)
                continue
        if any(queues.waiting(tx, one, person.id) for one in waiting):
            return Gate(lack, project, practice)
    return None


def _refused(file: ProjectFile, said: Chosen) -> bool:
    """Whether somebody said no to a topic of a project."""
    return bool(file.sensitive & said.asked & ~said.fine)


def to_earn(tx: Transaction, person: Person, *, now: datetime) -> list[Outlook]:
    """The skills that projects with work in somebody's languages require and that they may see, in their order.

    Of projects that share a skill, the most urgent one stands for it.
    """
    found: dict[int, Outlook] = {}
    said = admissions.chosen(tx, person.id)
    for project_id in dict.fromkeys(one.project_id for one in queues.open_to(tx, person.id, now=now)):
        project = projects.find(tx, project_id)
        if project is None or project.file.qualification is None or _refused(project.file, said):
            continue
        seen = practising.outlook(tx, person, project)
        if seen is not None and (seen.enough or seen.open is not None):
            found.setdefault(seen.skill_id, seen)
    return list(found.values())

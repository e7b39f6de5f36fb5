"""The requester's way from a project file to a launched project, with the rows that need attention."""

from __future__ import annotations

from tests.full_run.crowd import NAMES, Item, items, project_file, task_file
from tests.full_run.people import Somebody


async def launched(owner: Somebody, *, each: int = 8, method: str = "majority") -> tuple[int, list[Item]]:
    """The project file, the task file with its bad rows, the preview, the launch; `each` tasks a language."""
    t = owner.t
    await owner.sends("moods.yaml", project_file(method=method))
    assert t("Draft: nobody sees it yet.") in owner.last.words
    _, data = owner.button("addtasks")
    project = int(data.rpartition(":")[2], 36)
    wanted = items(each, golds=2)
    written, wrong = task_file(wanted)
    before = owner.user.moment
    await owner.sends("tasks.csv", written, caption=f"/addtasks {project}")
    report = await owner.user.sees("tasks added", since=before)
    assert f"{len(wanted)} tasks added, {len(wrong)} rows need attention" in report.words
    for line in wrong:
        assert f"Line {line}:" in report.words
    await owner.taps("preview", project)
    assert NAMES["glad"][owner.locale] in owner.last.labels
    await owner.taps("project", project)
    await owner.taps("p-launch", project)
    assert owner.was_told(t("Launched: people get its tasks now."))
    return project, wanted

"""`chatcrowd models …` and `chatcrowd train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from bots import models_by_hand as by_hand
from bots.console import finish, out, read_settings
from bots.models_by_hand import Listed
from core.contest import Entered
from core.intake.project_model import NO_MODEL, OWN_MODEL

models = typer.Typer(help="Models that suggest: list, add, remove, choose, go back.", no_args_is_help=True)

ProjectId = Annotated[int, typer.Argument(help="The project's number, as /projects shows it.", min=1)]
Existing = {"exists": True, "dir_okay": False, "readable": True}

_ENTERED = {
    Entered.SERVES: "It serves from now on.",
    Entered.SHADOW: "It runs in the shadow until it proves better than the present model on new tasks.",
    Entered.LISTED: "It does not serve, because the project has another setting: `chatcrowd models use` changes it.",
    Entered.GUESSES: "It is not better than guessing, so it is not used.",
}


@models.command("list")
def list_() -> None:
    """Show the models that projects may choose, and those that projects trained for themselves."""
    offered, own = finish(settings := read_settings(), by_hand.listed(settings))
    if not offered and not own:
        out.print("There are no models: `chatcrowd models add` puts one on the list.")
        return
    out.print(_table(offered, own))


@models.command()
def add(
    file: Annotated[Path, typer.Argument(help="The model, an ONNX file.", **Existing)],
    name: Annotated[str, typer.Option("--name", help="By which projects choose it.")],
    card: Annotated[
        Path | None,
        typer.Option("--card", help="Its card; without it the .json file beside the model.", **Existing),
    ] = None,
) -> None:
    """Try a model, and let every project choose it whose labels it knows."""
    settings = read_settings()
    card = card or file.with_suffix(".json")
    finish(settings, by_hand.add(settings, file=file, card=card, name=name))
    out.print(Text(f"“{name}” can be chosen now: suggestions: {{model: {name}}}"), soft_wrap=True)


@models.command()
def remove(name: Annotated[str, typer.Argument(help="The name of the model.")]) -> None:
    """Take a model off the list; projects that it serves go on without suggestions."""
    settings = read_settings()
    served = finish(settings, by_hand.remove(settings, name=name))
    words = f" It served the projects {', '.join(map(str, served))}." if served else ""
    out.print(Text(f"“{name}” is off the list.{words}"), soft_wrap=True)


@models.command()
def use(
    project_id: ProjectId,
    model: Annotated[str, typer.Argument(help=f"A name of the list, `{OWN_MODEL}` or `{NO_MODEL}`.")],
) -> None:
    """Choose the model of a project, as its requester can in the chat."""
    settings = read_settings()
    finish(settings, by_hand.use(settings, project_id=project_id, model=model))
    out.print(Text(f"Project {project_id}: {model}."), soft_wrap=True)


@models.command()
def rollback(project_id: ProjectId) -> None:
    """Let the model before serve a project again."""
    settings = read_settings()
    finish(settings, by_hand.back(settings, project_id=project_id))
    out.print(f"Project {project_id}: the model before serves again.")


def train(project_id: ProjectId) -> None:
    """Train a project's own model from what its crowd decided."""
    settings = read_settings()
    with Progress(console=None if out.is_terminal else out, transient=True) as progress:
        task = progress.add_task("Training", total=1.0)

        async def told(stage: str, share: float) -> None:
            progress.update(task, description=stage.capitalize(), completed=share)

        found, entered = finish(settings, by_hand.learn(settings, project_id=project_id, told=told))
    if found is not None:
        out.print(
            f"{found.right} of 100 new tasks right, ± {found.margin}; "
            f"always saying the commonest label: {found.baseline}. Tested on {found.on} tasks.",
            soft_wrap=True,
        )
    out.print(_ENTERED[entered], soft_wrap=True)
    if entered is Entered.GUESSES:
        raise typer.Exit(1)


def _table(offered: Sequence[Listed], own: Sequence[Listed]) -> Table:
    rows = Table(box=None, pad_edge=False)
    for heading in ("name", "title", "labels", "right of 100", "serves projects"):
        rows.add_column(heading, overflow="fold")
    for one in (*offered, *own):
        rows.add_row(
            Text(one.model.name or f"(of project {one.model.project_id})"),
            Text(str(one.model.card.get("title", ""))),
            str(len(one.model.labels)),
            "–" if one.tested is None else f"{one.tested.right} ± {one.tested.margin}",
            ", ".join(map(str, one.serves)) or "–",
        )
    return rows

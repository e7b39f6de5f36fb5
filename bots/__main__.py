"""The `chatcrowd` command."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import yaml
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress
from rich.text import Text

from bots import by_hand, logs, opening
from bots import doctor as checks
from bots.by_hand import Step
from bots.dialogue import problems
from bots.opening import Opened
from bots.settings import Settings
from bots.slack import manifest as slack_app
from bots.trouble import explain
from core.clock import SystemClock
from core.errors import BadFile
from core.intake.results import ResultFormat
from i18n import translator_for

T = TypeVar("T")

app = typer.Typer(
    help="A crowdsourcing service that lives in chat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with its variables would show secrets
)
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@app.command()
def run() -> None:
    """Start the service: Telegram when a token is set, and the web chat; without a token with a demo."""
    settings = _settings()
    _finish(settings, opening.run(settings, announce=_announce))


@app.command()
def demo() -> None:
    """Start the demo with a simulated crowd at work, in a database of its own."""
    settings = _settings()
    _finish(settings, opening.run(settings, announce=_announce, crowd=True))


@app.command()
def migrate() -> None:
    """Bring the database to the newest version; starting does the same."""
    settings = _settings()

    async def work() -> None:
        async with by_hand.opened(settings):
            pass

    _finish(settings, work())
    out.print("The database is at the newest version.")


@app.command("import")
def import_(
    project_id: Annotated[int, typer.Argument(help="The project's number, as /projects shows it.", min=1)],
    file: Annotated[Path, typer.Argument(help="A task file.", exists=True, dir_okay=False, readable=True)],
) -> None:
    """Add the tasks of a file that is too large for a chat."""
    settings = _settings()
    t = translator_for("en")
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("Reading", total=None)

        def told(step: Step) -> None:
            progress.update(task, completed=step.done, total=step.total)
            for one in step.problems:
                err.print(Text(problems.placed(t, one)), soft_wrap=True)

        try:
            added, bad = _finish(
                settings, by_hand.bring_in(settings, project_id=project_id, path=file, told=told)
            )
        except BadFile as unusable:
            for one in unusable.problems:
                err.print(Text(problems.placed(t, one)), soft_wrap=True)
            raise typer.Exit(1) from None
    out.print(f"{added} tasks added, {bad} rows left out.")
    if not added:
        raise typer.Exit(1)


@app.command()
def export(
    project_id: Annotated[int, typer.Argument(help="The project's number, as /projects shows it.", min=1)],
    written: Annotated[
        ResultFormat, typer.Option("--format", help="How they are written.")
    ] = ResultFormat.CSV,
    folder: Annotated[Path, typer.Option("--out", help="Where they are written.", file_okay=False)] = Path(),
) -> None:
    """Write a project's results: a file with a row per task, one per answer, and one on how the answers agree."""
    settings = _settings()
    files = _finish(
        settings, by_hand.write_out(settings, project_id=project_id, written=written, folder=folder)
    )
    for path, rows in files:
        out.print(Text(f"{path}: {rows} rows"), soft_wrap=True)


@app.command()
def doctor() -> None:
    """Check everything a start needs, and say what is to be mended; nothing is changed."""
    settings = _settings()
    findings = _finish(settings, checks.examine(settings, SystemClock()))
    out.print(checks.table(findings))
    if not checks.is_well(findings):
        raise typer.Exit(1)


@app.command()
def manifest(
    http: Annotated[
        str, typer.Option("--http", help="Slack calls this HTTPS address, instead of Socket Mode.")
    ] = "",
) -> None:
    """Print the manifest to paste when the Slack app is made or updated."""
    if http and not http.startswith("https://"):
        raise _fail("Slack calls HTTPS addresses only: write --http https://chat.example.org.")
    made = slack_app.manifest(public_url=http or None, socket_mode=not http)
    print(yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=1000), end="")


@app.command()
def version() -> None:
    """Print the version."""
    out.print(version_of("chatcrowd"))


def main() -> None:
    """Run the command."""
    app()


def _settings() -> Settings:
    try:
        settings = Settings()
    except (ValidationError, SettingsError, UnicodeDecodeError) as error:
        raise _fail(explain(error) or str(error)) from None
    logs.configure(settings.log_level)
    return settings


def _finish(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Do the work; what an operator can put right is said in a sentence, and the exit code is 1."""
    try:
        return asyncio.run(work)
    except BadFile:
        raise
    except (Exception, BaseExceptionGroup) as error:
        sentence = explain(error, settings)
        if sentence is None:
            raise
        raise _fail(sentence) from None


def _fail(sentence: str) -> typer.Exit:
    err.print(Text(sentence), soft_wrap=True)
    return typer.Exit(1)


def _announce(opened: Opened) -> None:
    """One box that says what runs and where to go."""
    lines = list(_lines(opened))
    needed = max(len(line) for line in lines) + 4
    console = out if out.is_terminal else Console(width=max(out.width, needed), highlight=False)
    text = Text("\n".join(lines), overflow="fold")
    console.print(Panel(text, title=f"chatcrowd {version_of('chatcrowd')}", expand=False))


def _lines(opened: Opened) -> tuple[str, ...]:
    say: list[str] = []
    if opened.url is not None:
        say += [f"Open {opened.url}"]
        if opened.needs_password:
            say.append("It asks for the password in CHATCROWD_WEB_PASSWORD.")
        else:
            say.append("It opens the chat in one browser on this machine.")
    if opened.personas:
        say.append("Try it as worker, requester and moderator: the switch is at the top of the page.")
    if opened.crowd:
        say.append(f"{opened.crowd} simulated workers are at it: watch /progress as requester.")
    if opened.telegram is not None:
        say.append(f"Telegram: https://t.me/{opened.telegram}")
    if opened.slack is not None:
        say.append(f"Slack, by {opened.slack}: type /crowd start")
    return (*say, "Stop with Ctrl-C.")


if __name__ == "__main__":
    main()

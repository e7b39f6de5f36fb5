"""The `chatcrowd` command."""

from __future__ import annotations

from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress
from rich.text import Text

from bots import by_hand, opening
from bots import doctor as checks
from bots.audit_commands import audit
from bots.by_hand import Step
from bots.console import err, fail, finish, out, read_settings
from bots.dialogue import problems
from bots.key_commands import keys
from bots.model_commands import models, train
from bots.opening import Opened
from bots.slack import manifest as slack_app
from core.clock import SystemClock
from core.errors import BadFile
from core.intake.results import ResultFormat
from i18n import translator_for

app = typer.Typer(
    help="A crowdsourcing service that lives in chat.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with its variables would show secrets
)
app.add_typer(models, name="models")
app.add_typer(audit, name="audit")
app.add_typer(keys, name="keys")
app.command()(train)


@app.command()
def run() -> None:
    """Start the service: Telegram when a token is set, and the web chat; without a token with a demo."""
    settings = read_settings()
    finish(settings, opening.run(settings, announce=_announce))


@app.command()
def demo() -> None:
    """Start the demo with a simulated crowd at work, in a database of its own."""
    settings = read_settings()
    finish(settings, opening.run(settings, announce=_announce, crowd=True))


@app.command()
def migrate() -> None:
    """Bring the database to the newest version; starting does the same."""
    settings = read_settings()

    async def work() -> None:
        async with by_hand.opened(settings):
            pass

    finish(settings, work())
    out.print("The database is at the newest version.")


@app.command("import")
def import_(
    project_id: Annotated[int, typer.Argument(help="The project's number, as /projects shows it.", min=1)],
    file: Annotated[Path, typer.Argument(help="A task file.", exists=True, dir_okay=False, readable=True)],
) -> None:
    """Add the tasks of a file that is too large for a chat."""
    settings = read_settings()
    t = translator_for("en")
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("Reading", total=None)

        def told(step: Step) -> None:
            progress.update(task, completed=step.done, total=step.total)
            for one in step.problems:
                err.print(Text(problems.placed(t, one)), soft_wrap=True)

        try:
            added, bad = finish(
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
    settings = read_settings()
    files = finish(
        settings, by_hand.write_out(settings, project_id=project_id, written=written, folder=folder)
    )
    for path, rows in files:
        out.print(Text(f"{path}: {rows} rows"), soft_wrap=True)


@app.command()
def doctor() -> None:
    """Check everything a start needs, and say what is to be mended; nothing is changed."""
    settings = read_settings()
    findings = finish(settings, checks.examine(settings, SystemClock()))
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
        raise fail("Slack calls HTTPS addresses only: write --http https://chat.example.org.")
    made = slack_app.manifest(public_url=http or None, socket_mode=not http)
    print(yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=1000), end="")


@app.command()
def version() -> None:
    """Print the version."""
    out.print(version_of("chatcrowd"))


def main() -> None:
    """Run the command."""
    app()


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

"""What the repository promises before any of its code runs: files, locks, settings and commands agree."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bots.settings import Settings
from core.intake.project_file import read_project_file

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-runtime.lock", "requirements-bench.lock")
TOP_LEVEL = (
    *("bots", "core", "i18n", "models", "tests", "docs"),
    *("pyproject.toml", "requirements.lock", "requirements-runtime.lock", "Makefile", ".ci/run"),
    *("Dockerfile", "docker-compose.yml", ".dockerignore", ".env.example", ".editorconfig", ".gitignore"),
    *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"),
)
REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.org|--(?:(?:extra-)?index-url|find-links|trusted-host)"
)
# The lookbehind lets through longer paths and addresses that merely contain such a folder.
MACHINE_PATH = re.compile(r"(?<![\w./-])/(work|farm|root|home/(?!chatcrowd\b)\w+)/")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control, or every file of an unpacked archive."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        skipped = {".venv", ".tools", ".git", "__pycache__", "data"}
        files = [path for path in ROOT.rglob("*") if not skipped & set(path.relative_to(ROOT).parts)]
    else:
        command = [git, "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        files = [ROOT / name for name in names if name]
    return tuple(path for path in files if path.is_file())


def readable() -> list[tuple[str, str]]:
    """The tracked text files as (name, content)."""
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text("utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def pins(name: str) -> dict[str, str]:
    """The `distribution → version` lines of a lock file."""
    lines = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {canonicalize_name(distribution): version for distribution, version in lines}


def declared() -> dict[str, list[Requirement]]:
    """What pyproject asks for, by extra; "" holds what is always needed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(line) for line in lines] for extra, lines in groups.items()}


def targets() -> set[str]:
    """The Make targets that say what they are for."""
    return set(re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", TOP_LEVEL)
def test_the_top_level_is_complete(name: str) -> None:
    """A newcomer finds each thing where the architecture says it is."""
    assert (ROOT / name).exists()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    """The same lock works through any mirror, because it says what and never where."""
    assert "://" not in (ROOT / name).read_text("utf-8")


def test_no_file_names_a_registry() -> None:
    """Where packages come from is the business of the machine, not of the project."""
    assert [name for name, text in readable() if REGISTRY.search(text)] == []


def test_no_file_names_a_place_on_one_machine() -> None:
    """Paths that exist on one machine only do not belong into a repository."""
    assert [name for name, text in readable() if MACHINE_PATH.search(text)] == []


def test_locks_with_addresses_are_not_committed() -> None:
    """`uv.lock` and `pylock.toml` carry thousands of addresses."""
    assert not {"uv.lock", "pylock.toml", ".env"} & {path.name for path in tracked()}


def test_the_lock_pins_every_dependency() -> None:
    """Every requirement of pyproject is pinned, at a version that it allows."""
    pinned = pins("requirements.lock")
    measured = pins("requirements-bench.lock")
    assert all(measured[name] == version for name, version in pinned.items() if name in measured)
    for group, requirement in ((name, line) for name, lines in declared().items() for line in lines):
        version = (measured if group == "bench" else pinned).get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is missing: run make lock"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} against {version}"


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash(name: str) -> None:
    """What is installed is what was locked, byte for byte."""
    entries = re.split(r"^(?=[A-Za-z0-9])", (ROOT / name).read_text("utf-8"), flags=re.MULTILINE)
    assert [entry.split()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry] == []


def test_the_runtime_lock_is_the_full_lock_without_the_tools() -> None:
    """The image runs the versions that were tested, and carries no tests."""
    runtime, full = pins("requirements-runtime.lock"), pins("requirements.lock")
    assert runtime.items() <= full.items()
    groups = declared()
    needed = {canonicalize_name(line.name) for line in [*groups[""], *groups["postgres"]]}
    tools = {canonicalize_name(line.name) for line in groups["dev"]}
    assert needed <= runtime.keys()
    assert not tools & runtime.keys()


def test_the_example_environment_names_every_setting() -> None:
    """`.env.example` and the code that reads settings know the same names."""
    named = re.findall(r"^#? ?(CHATCROWD_[A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted(f"CHATCROWD_{field.upper()}" for field in Settings.model_fields)


def test_the_readme_explains_every_setting() -> None:
    """The configuration table has one row per setting, and none that does not exist."""
    rows = re.findall(r"^\| `(CHATCROWD_[A-Z_]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(f"CHATCROWD_{field.upper()}" for field in Settings.model_fields)


def test_the_readme_names_every_make_target() -> None:
    """Whatever `make help` lists, the README explains, and the other way round."""
    named = set(re.findall(r"^\| `make ([a-z]+)` \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    assert named == targets() - {"help"}


def test_the_readme_shows_a_project_file_that_works() -> None:
    """Copying the example and sending it makes a project."""
    (example,) = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    project = read_project_file(example.encode(), zone=ZoneInfo("UTC"))
    assert [label.id for label in project.labels] == ["cat", "dog"]


def test_make_runs_modules_that_exist() -> None:
    """No target leads to a module that was moved or never written."""
    modules = re.findall(r"\$\(BIN\)/python -m ([\w.]+)", (ROOT / "Makefile").read_text("utf-8"))
    assert modules
    assert [module for module in modules if find_spec(module) is None] == []


def test_the_build_runs_what_the_readme_says() -> None:
    """The build passes exactly when a newcomer's `make test` passes, with nothing skipped."""
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert [line for line in script.splitlines() if line.startswith("make ")] == ["make lint", "make test"]
    assert "CHATCROWD_REQUIRE_POSTGRES=1 CHATCROWD_REQUIRE_BROWSER=1" in script
    assert "\nmake test " in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize(
    "document", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]), ids=lambda path: path.name
)
def test_links_lead_somewhere(document: Path) -> None:
    """A link to a file of this repository is a file of this repository."""
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text("utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_compose_publishes_nothing() -> None:
    """Neither the web chat nor the metrics are reachable from outside, and no secret stands in the file."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    services = yaml.safe_load(text)["services"]
    assert set(services) == {"bots", "bots-postgres", "postgres"}
    for service in services.values():
        assert not {"ports", "environment", "network_mode"} & service.keys()
    assert services["bots-postgres"]["profiles"] == services["postgres"]["profiles"] == ["postgres"]

"""The README says nothing that was not run: its commands, its example, its table of settings."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import BotSettings
from retrieval import MOST_CHECKED, load_settings
from retrieval.reading import FORMATS
from tests.house.settings_table import rows

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A stranger's: none of our settings, and a data folder of its own."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVIST_")}
    return mine | {"ARCHIVIST_DATA": str(tmp_path_factory.mktemp("data")), "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def indexed(environment: dict[str, str]) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "index"], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return environment


# Each as the installed `archivist` would run it, one after another in one process: what takes seconds is to import.
ONE_AFTER_ANOTHER = """
import contextlib, io, json, sys
from bot.__main__ import main
ends = []
for arguments in json.load(sys.stdin):
    sys.argv = ["archivist", *arguments]
    with contextlib.redirect_stdout(io.StringIO()) as shown, contextlib.redirect_stderr(io.StringIO()) as said:
        try:
            main()
        except SystemExit as end:
            ends.append([end.code, shown.getvalue(), said.getvalue()])
json.dump(ends, sys.stdout)
"""


def of_archivist() -> list[str]:
    return [line for line in commands() if line.startswith("archivist ")]


def ends(indexed: dict[str, str]) -> dict[str, tuple[int, str, str]]:
    """Command -> its status, and what it wrote to standard output and to standard error."""
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_ANOTHER],
        input=json.dumps([shlex.split(command)[1:] for command in of_archivist()]),
        cwd=ROOT,
        env=indexed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(of_archivist(), json.loads(done.stdout), strict=True))


def test_it_opens_with_the_two_commands() -> None:
    assert blocks("sh")[0].split() == ["deploy/start", "deploy/test"]


def test_its_commands_run_and_find(indexed: dict[str, str]) -> None:
    """One test, so that no two processes of the suite do it each for a part of them."""
    found = ends(indexed)
    assert found.keys() == set(of_archivist())
    assert not {command: said for command, (status, shown, said) in found.items() if status != 0 or not shown.strip()}


def test_every_other_command_is_one_of_the_two_scripts() -> None:
    others = [line for line in commands() if line not in of_archivist()]
    assert others == ["deploy/start", "deploy/test", piped()]


def piped() -> str:
    return next(line for line in commands() if line.startswith("printf"))


def test_its_example_is_what_the_console_answers(indexed: dict[str, str]) -> None:
    """The very pipe of the README into the script of the README, in the environment that the script made."""
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():
        pytest.skip("these tests do not run in the .venv that deploy/start uses; deploy/test does")
    done = subprocess.run(
        ["bash", "-c", piped()], cwd=ROOT, env=indexed, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == blocks("text")[0].strip()


def test_its_table_of_settings_is_in_step() -> None:
    assert "\n".join(rows()) in README


def test_it_says_how_much_of_a_message_is_checked() -> None:
    assert f"checks each of its sentences or quotes, {MOST_CHECKED} at most" in README


def test_it_names_every_ending_that_is_read() -> None:
    section = README.partition("## What it reads")[2].partition("\n## ")[0]
    rows = [row.split("|")[2] for row in section.splitlines() if row.startswith("|")]
    assert sorted(re.findall(r"`(\.[\w.]+)`", " ".join(rows))) == sorted(FORMATS)


def test_its_map_names_what_is_there() -> None:
    for name in re.findall(r"`(tests/[\w/]+)`", README):
        assert (ROOT / name).exists(), name


def test_its_map_names_every_file_at_the_top_of_a_package_and_none_that_is_gone() -> None:
    drawn = blocks("text")[-1]
    named = set(re.findall(r"[\w/]+\.py", drawn))
    there = {path.name for package in ("retrieval", "bot") for path in (ROOT / package).glob("[a-z]*.py")}
    assert not there - {name.rpartition("/")[2] for name in named}
    assert not [name for name in named if not any(ROOT.glob(f"*/**/{name}"))]


def test_the_example_environment_loads_and_holds_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("ARCHIVIST_")]:
        monkeypatch.delenv(name)
    (tmp_path / ".env").write_bytes((ROOT / ".env.example").read_bytes())
    monkeypatch.chdir(tmp_path)
    loaded = load_settings(BotSettings)
    monkeypatch.chdir(ROOT)
    (tmp_path / ".env").unlink()
    monkeypatch.chdir(tmp_path)
    assert loaded == load_settings(BotSettings)

"""`archivist verify`: its JSON, its text and its exit status, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval import Archive

ROOT = Path(__file__).parents[2]


@pytest.fixture
def verify(archive: Archive):
    settings = archive.settings
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ARCHIVIST_")}
    environment |= {"ARCHIVIST_ARCHIVE": str(settings.archive), "ARCHIVIST_DATA": str(settings.data)}
    environment |= {"ARCHIVIST_MODEL": "no-such-model", "PYTHONPATH": str(ROOT)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", "verify", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    return run


def test_the_json_has_the_keys_of_the_contract_and_no_text_beside_it(verify) -> None:
    done = verify("32 settlements in the Kharkiv area have been liberated", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 0
    assert {"verdict", "flags", "differences", "matches", "searched"} <= set(said)
    assert (said["verdict"], said["flags"]) == ("altered", ["number"])
    assert said["differences"] == [{"claimed": "32", "source": "23"}]
    [match] = said["matches"]
    assert {"code", "document", "pieces", "text"} <= set(match)
    assert match["text"] == "23 settlements in the Kharkiv area have been liberated"
    assert match["document"]["path"] == "archive/seeds/000_1c64d74089188847.txt"
    [piece] = match["pieces"]
    assert piece["end"] - piece["start"] == len(match["text"])
    assert said["searched"]["documents"] == 13


@pytest.mark.parametrize(
    ("arguments", "status", "line"),
    [
        (["These advances have helped ease the pressure"], 0, "Exact"),
        (["these advances have helped ease the pressure"], 0, "Typography"),
        (["the cuts would not touch schools", "--said-by", "Emeric Vane"], 0, "Elsewhere"),
        (["the loss would not exceed $3.5 million The pier is expected to open again"], 0, "Spliced"),
        (["We shall fight on the beaches"], 1, "Absent"),
        (["Hromov"], 1, "can't be checked"),
    ],
)
def test_it_ends_with_0_for_what_was_found_and_1_for_what_was_not(verify, arguments, status, line) -> None:
    done = verify(*arguments)
    assert done.returncode == status, done.stderr
    assert line in done.stdout
    assert "Searched 13 documents" in done.stdout


def test_an_error_that_a_person_can_fix_is_one_line_and_2(verify) -> None:
    done = verify("the cuts would not touch schools", "--document", "Nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "archivist: no document that may be searched is called “Nowhere”\n"


def test_differences_are_shown_one_over_the_other_and_nothing_hides_in_them(verify) -> None:
    done = verify("the flames did \u202enot reach\u00a0the petrol depot")
    assert "  - petrol\n  + fuel\n" in done.stdout
    assert "\u202e" not in done.stdout
    shown = verify("did \u202enot reach\u00a0the fuel depot").stdout
    assert "⟦U+202E⟧" in shown
    assert "⟦U+00A0⟧" in shown
    assert "\u202e" not in shown

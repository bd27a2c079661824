"""Each guard of the gate, broken: the tests of the way out must fail for every one, or they guard nothing.

Works on a copy. The same tests on the unbroken copy pass, so that a failure is the guard's.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parents[2]
TESTS = "tests/bot/test_the_way_out.py"
COPIED = ("bot", "retrieval", "pyproject.toml", "tests/conftest.py", "tests/discord/simcord/markdown.py", TESTS)

GATE, REPLY, TEXT, ESCAPE = (
    "bot/gate.py",
    "bot/rendering/reply.py",
    "bot/rendering/discord_text.py",
    "bot/rendering/escape.py",
)
STORE = "retrieval/store/local/schema.py"
SIGNS = r"[\\`*_~|<>\#\[\]@]"
GUARDS = [
    (GATE, "if words != cut.text:", "if False:"),
    (GATE, "if words != cut.text:", "if words is not None and words.casefold() != cut.text.casefold():"),
    (GATE, "if unescape(escape(cut.text)) != with_line_feeds(cut.text):", "if False:"),
    (GATE, "if fault is not None:", "if False:"),
    (GATE, "            return str(error)", "            return None"),
    (GATE, "if len(pages) <= MOST_PAGES:", "if True:"),
    (REPLY, "yield from sentences", "yield from sentences[1:]"),
    (REPLY, "(label, *parts)", "parts"),
    (REPLY, "yield from _cuts(values.values())", "yield from ()"),
    (REPLY, "yield part", "yield from ()"),
    (
        "retrieval/archive.py",
        "span.of(text) if text is not None and span.end <= len(text) else None",
        "text and text[:9]",
    ),
    (STORE, "if hashlib.sha256(text).hexdigest() != text_sha256:", "if False:"),
    (TEXT, "text += _bold(words) if bold else escape(words)", "text += _bold(words) if bold else words"),
    (TEXT, "for line in escape(text).split", "for line in text.split"),
    (TEXT, "_length(page.markdown) <= PAGE and", "True and"),
    (ESCAPE, SIGNS, SIGNS.replace(r"\\", "")),
    (ESCAPE, SIGNS, SIGNS.replace("@", "")),
    (ESCAPE, r"| :(?=\S)", r"| (?!):"),
    (ESCAPE, r"| \.(?=\S)", r"| (?!)\."),
    (ESCAPE, r"| (?<=\d)\.", r"| (?!)\."),
    (ESCAPE, r"| (?<![^\n\s])[-+]", r"| (?!)[-+]"),
    (ESCAPE, "visible(with_line_feeds(text))", "with_line_feeds(text)"),
]


def copy(place: Path) -> Path:
    """Of all that the tests need."""
    for name in COPIED:
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    # By the hash of the source: by its time and size a guard that is broken within the second could go unseen.
    compileall.compile_dir(place, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    return place


# Has every library imported, and nothing of ours. For each line that comes in, a fork of it imports what is ours from
# the copy as it stands then, runs the tests, and its status is told.
RUNNER = f"""
import os, sys
import _hypothesis_pytestplugin, hypothesis, pytest, pytest_asyncio
import {TESTS.removesuffix(".py").replace("/", ".")}
for name in [name for name in sys.modules if name.partition(".")[0] in ("bot", "retrieval", "tests")]:
    del sys.modules[name]
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        output = os.open("output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(output, 1), os.dup2(output, 2)
        sys.exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", {TESTS!r}]))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Runner:
    """Runs the tests of one copy, as often as it is asked."""

    def __init__(self, place: Path, process: subprocess.Popen[str]) -> None:
        self.place, self._process = place, process

    def passes(self) -> bool:
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline().strip()
        # Anything else is no test that failed.
        assert status in ("0", "1"), (status, (self.place / "output.txt").read_text(encoding="utf-8")[-2000:])
        return status == "0"

    def notices(self, file: str, guard: str, broken: str) -> bool:
        path = self.place / file
        source = path.read_text(encoding="utf-8")
        assert source.count(guard) == 1, f"the guard has moved, name it here as it is now: {guard}"
        path.write_text(source.replace(guard, broken), encoding="utf-8")
        try:
            return not self.passes()
        finally:
            path.write_text(source, encoding="utf-8")


@contextmanager
def runner(place: Path) -> Iterator[Runner]:
    environment = os.environ | {"PYTHONPATH": str(copy(place)), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    command = [sys.executable, "-c", RUNNER]
    with subprocess.Popen(
        command, cwd=place, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Runner(place, process)  # leaving it closes its input, which ends it


def test_no_guard_can_be_broken_unnoticed(tmp_path: Path) -> None:
    """Two copies, a core for each."""
    free: SimpleQueue[Runner] = SimpleQueue()

    def unnoticed(guard: tuple[str, str, str]) -> bool:
        runner = free.get()
        try:
            return not runner.notices(*guard)
        finally:
            free.put(runner)

    with runner(tmp_path / "one") as one, runner(tmp_path / "other") as other, ThreadPoolExecutor(2) as both:
        assert all(both.map(Runner.passes, [one, other])), "the unbroken copies fail"
        free.put(one)
        free.put(other)
        survivors = [guard for guard, lives in zip(GUARDS, both.map(unnoticed, GUARDS), strict=True) if lives]
    assert not survivors

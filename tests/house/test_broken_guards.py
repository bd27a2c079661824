"""Each guard of the gate, broken: the tests of the way out must fail for every one, or they guard nothing.

Works on a copy. The same tests on the unbroken copy pass, so that a failure is the guard's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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
    return place


def passes(place: Path) -> bool:
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", TESTS]
    environment = os.environ | {"PYTHONPATH": str(place), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout[-2000:]  # anything else is no test that failed
    return done.returncode == 0


def notices(place: Path, file: str, guard: str, broken: str) -> bool:
    path = place / file
    source = path.read_text(encoding="utf-8")
    assert source.count(guard) == 1, f"the guard has moved, name it here as it is now: {guard}"
    path.write_text(source.replace(guard, broken), encoding="utf-8")
    try:
        return not passes(place)
    finally:
        path.write_text(source, encoding="utf-8")


def test_no_guard_can_be_broken_unnoticed(tmp_path: Path) -> None:
    """Two copies, a core for each: it is the starting of so many Pythons that takes the time."""
    places: SimpleQueue[Path] = SimpleQueue()
    for name in ("one", "other"):
        places.put(copy(tmp_path / name))

    def unnoticed(guard: tuple[str, str, str]) -> bool:
        place = places.get()
        try:
            return not notices(place, *guard)
        finally:
            places.put(place)

    with ThreadPoolExecutor(2) as both:
        assert all(both.map(passes, [tmp_path / "one", tmp_path / "other"])), "the unbroken copies fail"
        survivors = [guard for guard, lives in zip(GUARDS, both.map(unnoticed, GUARDS), strict=True) if lives]
    assert not survivors

"""Receipts of what is no plain text: where the words are to be found in the file, and what the script can say of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.presenting import receipt_json
from retrieval.presenting.cited import cited_text
from retrieval.records import LandmarkKind
from tests.retrieval.reading import books, made_archives, office_files

SCRIPT = Path(__file__).parents[3] / "deploy" / "check-receipt"
WORDS = "The lamp was never lit in March, the keeper said."
PAGE = (
    "<html><head><title>Lamps</title></head><body><nav>Home</nav><article><h1>Lamps</h1>"
    "<p>It was dark.\n   The <b>lamp</b> was never&nbsp;lit<!-- x -->\n in March, the keeper said.</p>"
    "</article></body></html>"
)


def check(receipt, file, tmp_path):
    place = tmp_path / "receipt.json"
    place.write_text(json.dumps(receipt))
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(place), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.stdout.splitlines(), done.returncode


def receipt_of(archive, code_of, words="lamp"):
    archive.reindex()
    [excerpt] = archive.search(words).excerpts
    sentences = archive.slices([(excerpt.source.id, span) for span in excerpt.passage.sentences])
    at = next(number for number, sentence in enumerate(sentences, 1) if "March" in sentence)
    [receipt] = archive.receipt(f"{excerpt.passage.code}.{at}")
    return receipt


def test_words_of_a_page_are_found_again_between_its_tags(archive, put, code_of, folder, tmp_path):
    put("lamps.html", PAGE)
    receipt = receipt_of(archive, code_of)
    assert receipt.holds and receipt.bytes.marked_up
    [place] = receipt.bytes.pieces
    stored = (folder / "lamps.html").read_bytes()[place.start : place.end].decode()
    assert stored.startswith("The <b>lamp</b> was never&nbsp;lit") and stored.endswith("the keeper said.")
    said = receipt_json(receipt)
    lines, status = check(said, folder / "lamps.html", tmp_path)
    assert status == 0 and [line.split(":")[0] for line in lines] == ["holds", "holds", "holds", "reads", "not checked"]
    said["pieces"][0]["words"] = said["pieces"][0]["words"].replace("never", "always")
    lines, status = check(said, folder / "lamps.html", tmp_path)
    assert status == 1 and lines[1].startswith("FAILS")


@pytest.mark.parametrize(
    "hidden", ["<!-- {} -->", '<p title="{}"></p>', "<script>s = '{}'</script>", "<noscript><p>{}</p></noscript>"]
)
def test_words_that_no_reader_of_the_page_sees_do_not_hold(archive, put, code_of, folder, tmp_path, hidden):
    forged = "The keeper confessed."
    page = PAGE.replace("<article>", "<article>" + hidden.format(forged))
    put("lamps.html", page)
    said = receipt_json(receipt_of(archive, code_of))
    assert check(said, folder / "lamps.html", tmp_path)[1] == 0
    start = page.encode().index(forged.encode())
    said["pieces"][0] |= {"words": forged, "bytes": [start, start + len(forged)]}
    lines, status = check(said, folder / "lamps.html", tmp_path)
    assert status == 1 and any(line.startswith("FAILS") and "comment" in line for line in lines)


FILES = {
    "lamps.pdf": (
        office_files.pdf([office_files.column(700, ["It was dark."]), office_files.column(700, [WORDS])]),
        (LandmarkKind.PAGE, 2),
    ),
    "lamps.docx": (
        office_files.docx(
            f"<w:p><w:r><w:t>It was dark.</w:t></w:r></w:p><w:p/><w:p><w:r><w:t>{WORDS}</w:t></w:r></w:p>"
        ),
        (LandmarkKind.PARAGRAPH, 3),
    ),
    "lamps.epub": (
        books.book({"one.xhtml": "<p>It was dark.</p>", "two.xhtml": f"<p>{WORDS}</p>"}),
        (LandmarkKind.CHAPTER, 2),
    ),
    "lamps.jsonl": (
        f'{{"_id": "a", "text": "It was dark."}}\n{{"_id": "b", "text": "{WORDS}"}}\n'.encode(),
        (LandmarkKind.LINE, 2),
    ),
    "lamps.mbox": (
        made_archives.MAILBOX.replace("It carried 41 people.", WORDS, 1).encode(),
        (LandmarkKind.MESSAGE, 1),
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_words_of_other_files_have_their_page_or_whatever_the_format_counts(
    archive, put, code_of, folder, tmp_path, name
):
    content, landmark = FILES[name]
    put(name, content)
    receipt = receipt_of(archive, code_of)
    assert receipt.holds and receipt.bytes is None
    assert [tuple(each)[1:] for each in receipt.landmarks] == [landmark]
    assert f"{landmark[0]:<12}{landmark[1]}" in cited_text((receipt,)).splitlines()
    said = receipt_json(receipt)
    assert said["pieces"][0]["page"] == (landmark[1] if landmark[0] is LandmarkKind.PAGE else None)
    lines, status = check(said, folder / name, tmp_path)
    assert status == 0
    assert lines[0].startswith("holds") and f"{landmark[0]} {landmark[1]}" in lines[1]
    (folder / name).write_bytes(content + b"\n")
    assert check(said, folder / name, tmp_path)[1] == 1
    [receipt] = archive.receipt(receipt.code)
    assert not receipt.holds


def test_a_part_that_its_file_no_longer_holds_is_told(archive, put, code_of, folder):
    put("lamps.zip", made_archives.zipped({"a/lamps.txt": WORDS, "b.txt": "It was dark."}))
    receipt = receipt_of(archive, code_of)
    assert receipt.holds and receipt.source.path.endswith("lamps.zip/a/lamps.txt")
    put("lamps.zip", made_archives.zipped({"b.txt": "It was dark."}))
    [receipt] = archive.receipt(receipt.code)
    assert [fault.why for fault in receipt.faults] == ["no longer holds “a/lamps.txt”"]

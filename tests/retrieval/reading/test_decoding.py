"""Bytes into text: encoding the text again gives the bytes, and what is no text is refused."""

from __future__ import annotations

import random

import pytest

from retrieval.errors import UnreadableFile
from retrieval.reading.decoding import decode

GERMAN = (
    "Der Bürgermeister von Osterhöhe sagte, die Fähre könne erst im Frühjahr wieder fahren. Größere Schäden müssten "
    "zunächst behoben werden. Die Prüfung läuft noch, erklärte er."
)
SPANISH = "José Nuñez dijo que el café cerraría mañana. La señora Peña está aquí."
SWEDISH = "Åsa sade att båten låg på ön över natten, men ingen såg den."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy. Řekl, že přijde později."
HUNGARIAN = "Az árvíztűrő tükörfúrógép működött, mondta Őry Lőrinc."
FRENCH = (
    "Le maire a déclaré que le bac ne reprendrait pas la mer avant le printemps. Où étaient les autres ? À l'île, près "
    "du phare, où l'on réparait déjà la coque abîmée."
)
RUSSIAN = (
    "Мэр города заявил, что паром не выйдет в море до весны. Где были остальные корабли? У маяка, где уже чинили "
    "корпус. Погода была плохая, и никто не знал, когда она улучшится."
)
JAPANESE = "日本の港に船が着いた。市長は春まで航海しないと述べた。誰も天気がいつ良くなるか知らなかった。" * 2
ENGLISH = "The mayor’s office said: “We wait.” The café on the pier stays open – as it always has been in winter."


@pytest.mark.parametrize(
    "text",
    [
        GERMAN,
        FRENCH,
        RUSSIAN,
        JAPANESE,
        ENGLISH,
        "A null, \0, among many more words than that, for one alone in so many is no sign of anything.",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_reads_as_it_was_written(read, text, encoding):
    document = read("page.txt", text.encode(encoding))
    assert document.text == text


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-be"])
def test_byte_order_marks_tell_the_order(read, encoding):
    assert read("page.txt", ("\ufeff" + RUSSIAN).encode(encoding)).text == RUSSIAN


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "latin-1"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (JAPANESE, "shift_jis"),
        (ENGLISH, "cp1252"),
        (FRENCH, "latin-1"),
        (SPANISH, "latin-1"),
        (SWEDISH, "cp1252"),
        (CZECH, "cp1250"),
        (HUNGARIAN, "cp1250"),
    ],
)
def test_older_encodings_read_as_they_were_written(read, text, encoding):
    assert read("page.txt", text.encode(encoding)).text == text


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nstream\n" + bytes(range(256)) * 8,
        b"PK\x03\x04" + bytes(range(200)) * 3,
        b"\0\1\2" * 50,
        "no mark at all".encode("utf-16-le"),
        random.Random(7).randbytes(5000),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_a_reason(read, content):
    with pytest.raises(UnreadableFile) as refusal:
        read("page.txt", content)
    assert len(str(refusal.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xef\xbb\xbfabc \xff", "not utf-8 at byte 7"),
        (b"\xff\xfea\0b", "not utf-16-le at byte"),
        (b"", "holds no text"),
        (b" \r\n\t\n", "holds no text"),
        (b"\xef\xbb\xbf\n", "holds no text"),
    ],
)
def test_broken_and_empty_text_is_refused_with_the_reason(read, content, reason):
    with pytest.raises(UnreadableFile, match=f"^{reason}"):
        read("page.txt", content)


@pytest.mark.parametrize("codec", ["punycode", "idna", "unicode_escape", "raw-unicode-escape"])
def test_codecs_in_which_no_file_is_written_are_not_believed(codec):
    found = decode(b"bcher-kva stands there, and is not to be read as another word", codec)
    assert found.encoding == "utf-8"
    assert found.text.startswith("bcher-kva")
    assert found.note is not None

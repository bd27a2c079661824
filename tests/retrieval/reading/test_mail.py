"""One message: its body, who sent it and when, and what of it is not body text."""

from __future__ import annotations

import datetime
import importlib.util
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import UnreadableFile
from retrieval.reading.mail import message as mail
from tests.retrieval.reading.made_archives import FERRY, MAIL, check_offsets

HAS_HTML = importlib.util.find_spec("retrieval.reading.web.html") is not None
NEEDS_HTML = pytest.mark.skipif(not HAS_HTML, reason="the reader of HTML is not there")
KINDS = ("base64", "x-uuencode", "multipart/mixed; boundary=b", "attachment; filename*=x''%")


def written(body: str = FERRY, **headers: str) -> EmailMessage:
    message = EmailMessage()
    for name, value in {"Subject": "The ferry", "From": "ada@ostrell.example", **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    return message


def furniture(extracted):
    return [(mark.span.of(extracted.text), mark.reason) for mark in extracted.structure.furniture]


def body(extracted):
    left_out = {mark.span for mark in extracted.structure.furniture}
    return [block.span.of(extracted.text) for block in extracted.structure.blocks if block.span not in left_out]


def raw(headers: str, body: str = "It left at noon.") -> bytes:
    return f"{headers}\n\n{body}\n".encode("utf-8", "surrogateescape")


def test_a_message_says_who_wrote_it_what_of_and_on_which_day_of_theirs():
    found = mail.read(MAIL.encode(), None)
    said = found.structure.metadata
    assert (said.title, said.author, said.published) == ("The ferry", "Ada Quill", datetime.date(2022, 5, 31))
    assert found.text == f"{FERRY}\n"
    assert body(found) == FERRY.split("\n\n")
    assert "ada@" not in found.text
    assert found.notes == ()


def test_a_body_is_the_same_however_it_was_sent():
    text = f"Zoë and Łukasz.\n\n{FERRY}\n"
    for charset, encoding in (("utf-8", "base64"), ("utf-8", "quoted-printable"), ("iso8859-2", "8bit")):
        message = written()
        words = text if charset == "utf-8" else text.replace("ë", "e")
        message.set_content(words, charset=charset, cte=encoding)
        for ends in (b"\n", b"\r\n"):
            found = mail.read(message.as_bytes().replace(b"\n", ends), None)
            assert found.text == words, (charset, encoding, ends)
            assert found.notes == ()


def test_quoted_lines_and_the_signature_are_no_body_text():
    text = "I agree.\nOn Monday Bo wrote:\n> It left at one.\n>\n> Surely.\nNo, at noon.\n-- \nAda Quill\nOstrell\n"
    found = mail.read(written(text).as_bytes(), None)
    assert found.text == text
    assert body(found) == ["I agree.\nOn Monday Bo wrote:", "No, at noon."]
    assert furniture(found) == [
        ("> It left at one.\n>\n> Surely.", "quoted mail"),
        ("-- \nAda Quill\nOstrell", "signature"),
    ]
    check_offsets(found)


def test_a_long_text_below_two_dashes_is_no_signature():
    text = "Above.\n-- \n" + "A line of the second text.\n" * 40
    assert furniture(mail.read(written(text).as_bytes(), None)) == []


def test_flowed_lines_stay_as_they_were_sent():
    text = "The ferry left \nat noon.\n"
    content = MAIL.replace("charset=utf-8", "charset=utf-8; format=flowed").replace(f"{FERRY}\n", text)
    assert mail.read(content.encode(), None).text == text


def test_of_two_alternatives_the_plain_one_is_read_and_attachments_are_named_only():
    message = written()
    message.add_alternative("<p>Markup.</p>", subtype="html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan\u202e.pdf")
    message.add_attachment("Notes of mine.", filename="notes.txt")
    message.add_attachment(written("Forwarded words."))
    found = mail.read(message.as_bytes(), None)
    assert found.text == f"{FERRY}\n"
    assert found.notes == ("3 attachments are not read: plan⟦U+202E⟧.pdf, notes.txt, message/rfc822",)


def test_more_attachments_than_a_note_holds_are_counted():
    message = written()
    for number in range(8):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}{'n' * 100}.png")
    (note,) = mail.read(message.as_bytes(), None).notes
    assert note.startswith("8 attachments are not read: 0nnn")
    assert note.endswith("… and 3 more")
    assert len(note) < 400


def test_texts_one_below_the_other_are_one_body():
    content = raw(
        'Subject: Two\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"',
        "--b\nContent-Type: text/plain\n\nAbove.\n-- \nAda\n--b\nContent-Type: image/png\n\nx\n"
        "--b\nContent-Type: text/plain\n\n> Quoted.\nBelow.\n--b--",
    )
    found = mail.read(content, None)
    assert body(found) == ["Above.", "Below."]
    assert furniture(found) == [("-- \nAda", "signature"), ("> Quoted.", "quoted mail")]
    assert found.notes == ("1 attachment is not read: image/png",)


@NEEDS_HTML
def test_a_message_of_html_alone_is_read_as_a_page():
    message = written()
    message.set_content("<html><body><p>It left at noon.</p><p>It carried 41.</p></body></html>", subtype="html")
    found = mail.read(message.as_bytes(), None)
    assert body(found) == ["It left at noon.", "It carried 41."]
    assert found.structure.metadata.title == "The ferry"
    check_offsets(found)


@NEEDS_HTML
def test_html_below_plain_text_keeps_its_places():
    content = raw(
        'Subject: Two\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"',
        "--b\nContent-Type: text/plain\n\nAbove.\n--b\nContent-Type: text/html\n\n<p>Below.</p>\n--b--",
    )
    assert body(mail.read(content, None)) == ["Above.", "Below."]


def test_a_message_of_attachments_alone_has_no_text():
    message = EmailMessage()
    message["Subject"] = "Only a picture"
    message.add_attachment(b"x", maintype="image", subtype="png", filename="a.png")
    with pytest.raises(UnreadableFile, match=r"no body of text; 1 attachment is not read: a\.png"):
        mail.read(message.as_bytes(), None)


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("Tue, 31 May 2022 23:30:00 -0500", datetime.date(2022, 5, 31)),
        ("1 Jun 2022 00:10 +1300", datetime.date(2022, 6, 1)),
        ("Fri, 3 Dec 93 10:00:00 GMT", datetime.date(1993, 12, 3)),
        ("Mon, 03-Jan-2005 10:00:00 GMT", datetime.date(2005, 1, 3)),
        ("1 Feb 103 10:00:00", datetime.date(2003, 2, 1)),
    ],
)
def test_the_day_is_the_one_that_the_sender_had(date, day):
    assert mail.read(raw(f"Date: {date}"), None).structure.metadata.published == day


@pytest.mark.parametrize(
    "date", ["yesterday", "Tue, 31 Feb 2022 10:00:00 +0000", "0 Foo 2022", "31 May 0000", "1" * 90]
)
def test_a_date_that_can_not_be_is_told_and_not_guessed(date):
    said = mail.read(raw(f"Date: {date}"), None).structure.metadata
    assert said.published is None
    assert len(said.notes) == 1
    assert said.notes[0].startswith("its header: Date is “")


def test_what_is_not_said_stays_unknown():
    said = mail.read(raw("To: desk@ostrell.example"), None).structure.metadata
    assert (said.title, said.author, said.published, said.language) == (None, None, None, None)
    assert said.notes == ()


def test_headers_are_read_in_other_scripts_and_one_language_is_taken():
    head = "Subject: =?utf-8?b?xYHDs2TFug==?= odpłynęła\nFrom: =?iso-8859-2?q?=A3ukasz?= <l@ostrell.example>"
    said = mail.read(raw(f"{head}\nContent-Language: pl"), None).structure.metadata
    assert (said.title, said.author, said.language) == ("Łódź odpłynęła", "Łukasz", "pl")
    assert mail.read(raw("X: y\nContent-Language: pl, en"), None).structure.metadata.language is None


@pytest.mark.parametrize(
    ("head", "note"),
    [
        ("Subject: caf\udce9", "its Subject is neither ASCII nor UTF-8"),
        (f"Subject: {'long ' * 900}", "its Subject is longer than 4000 characters"),
        (f"Subject: {'long ' * 500}", "its header: title is longer than 2000 characters"),
        (f"From: {'(' * 3000} a@b", "its From can't be read"),
    ],
)
def test_a_header_that_can_not_be_read_is_told(head, note):
    assert mail.read(raw(head), None).structure.metadata.notes == (note,)


def test_a_charset_that_can_not_be_true_is_told_and_the_bytes_decide():
    content = raw("Content-Type: text/plain; charset=utf-7x", "Zoë")
    found = mail.read(content, None)
    assert found.text == "Zoë\n"
    assert found.notes == ("it is said to be 'utf-7x', which its bytes are not",)


def test_damaged_base64_is_told():
    content = raw("Content-Type: text/plain\nContent-Transfer-Encoding: base64", "SXQgbGVmdCBhdCBub29uLg=!")
    found = mail.read(content, None)
    assert found.text.startswith("It left")
    assert found.notes == ("its base64 is damaged",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no header"),
        (b"\0\1\2", "has no header|control characters"),
        (b"Just a line of text", "no header"),
        (b"Subject: x\n\n", "no body of text"),
        (b"Subject: x\n\nNUL \0\0\xff", "NUL bytes"),
    ],
)
def test_what_is_no_message_is_told_in_a_line(content, reason):
    with pytest.raises(UnreadableFile, match=reason):
        mail.read(content, None)


def test_a_header_in_endless_pieces_takes_no_time():
    """The standard library takes minutes for this one, whole."""
    content = raw(f"Content-Type: text/plain{'; charset*0*=x' * 200_000}")
    assert mail.read(content, None).text == "It left at noon.\n"


def test_parts_in_parts_without_end_are_refused():
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(3000))
    with pytest.raises(UnreadableFile):
        mail.read(f"Subject: x\n{deep}Content-Type: text/plain\n\nInside.".encode(), None)
    many = "--b\nContent-Type: text/plain\n\nx\n" * 2000
    with pytest.raises(UnreadableFile, match="more than 1000 parts"):
        mail.read(raw('Content-Type: multipart/mixed; boundary="b"', many), None)


@given(
    headers=st.dictionaries(
        st.sampled_from(
            ["Subject", "From", "Date", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition"]
        ),
        st.one_of(
            st.text(max_size=60),
            st.text("()<>@,;:\\\"[]=?*%'. ab", max_size=60),
            st.sampled_from([*KINDS, "text/html"] if HAS_HTML else KINDS),
        ),
    ),
    body=st.one_of(st.binary(max_size=200), st.lists(st.sampled_from([b"--b", b"--b--", b"", b"-- ", b"> x", b"y"]))),
)
def test_whatever_its_headers_say_a_message_is_read_or_told_to_be_unreadable(headers, body):
    held = body if isinstance(body, bytes) else b"\n".join(body)
    head = "".join(f"{name}: {value}\n" for name, value in headers.items()).encode("utf-8", "surrogatepass")
    try:
        found = mail.read(head + b"\n" + held, None)
    except UnreadableFile as error:
        assert len(str(error).splitlines()) == 1
    else:
        assert found.text.strip()
        check_offsets(found)

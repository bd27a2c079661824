"""Markdown: headings part passages, marks stay in the text, raw HTML and front matter are no body."""

from __future__ import annotations

import pytest

from retrieval.records import BlockKind
from retrieval.splitting import cut_passages

PAGE = """\
# The *ferry* of Ostrell

It left at **noon**. See [the table](tides.md).

Times
-----

- noon
- midnight
  - and, in summer,
    at six

1. first

   second part of the first

> The captain said:
> “We wait.”

```python
# not a heading

print("noon")
```

    # nor this

| pier | boat |
|------|------|
| 1    | Ada  |

<div class="share">
1352 shares
</div>

## Afterwards ##

It came back.
"""


def of_kind(document, kind):
    return [block.span.of(document.text) for block in document.blocks if block.kind is kind]


def passages(document):
    return [passage.span.of(document.text) for passage in cut_passages(document)]


def test_headings_are_those_that_markdown_has(read):
    assert of_kind(read("page.md", PAGE), BlockKind.HEADING) == [
        "# The *ferry* of Ostrell", "Times\n-----", "## Afterwards ##"
    ]  # fmt: skip


def test_the_first_heading_is_the_title(read):
    assert read("page.md", PAGE).source.title == "The *ferry* of Ostrell"
    assert read("bare.md", "It left at noon.\n\nIt came back.").source.title == "bare"


def test_blocks_are_slices_with_their_marks(read):
    body = of_kind(read("page.md", PAGE), BlockKind.PARAGRAPH)
    assert "It left at **noon**. See [the table](tides.md)." in body
    assert "> The captain said:\n> “We wait.”" in body
    assert '```python\n# not a heading\n\nprint("noon")\n```' in body
    assert "| pier | boat |\n|------|------|\n| 1    | Ada  |" in body
    assert "# nor this" in body


def test_every_item_of_a_nested_list_is_there_once(read):
    whole = "\n".join(passages(read("page.md", PAGE)))
    for item in ("- noon", "- midnight", "- and, in summer,\n    at six", "1. first", "second part of the first"):
        assert whole.count(item) == 1


def test_no_passage_goes_over_a_heading(read):
    assert not any("It left at" in words and "It came back" in words for words in passages(read("page.md", PAGE)))
    assert not any("- noon" in words and "It left at" in words for words in passages(read("page.md", PAGE)))


def test_raw_html_is_furniture(read):
    document = read("page.md", PAGE)
    assert [mark.reason for mark in document.furniture] == ["HTML"]
    assert not any("1352 shares" in words for words in passages(document))


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_give_the_same_blocks(read, end):
    as_written = read("page.md", PAGE.replace("\n", end))
    plain = read("plain.md", PAGE)
    assert as_written.text == PAGE.replace("\n", end)
    for kind in BlockKind:
        assert [block.replace(end, "\n") for block in of_kind(as_written, kind)] == of_kind(plain, kind)


@pytest.mark.parametrize("content", ["[a]: http://x.example\n", "***\n", "<!-- nothing -->\n", "---\ntitle: x\n---\n"])
def test_a_page_without_a_paragraph_has_no_passage(read, content):
    document = read("page.md", content)
    assert document.text == content
    assert cut_passages(document) == ()


def test_a_nul_does_not_move_what_is_behind_it(read):
    document = read("page.md", "# The \0 ferry\n\nIt left at\0 noon. " + "It came back. " * 40)
    assert of_kind(document, BlockKind.PARAGRAPH)[0].startswith("It left at\0 noon.")


def test_what_stands_between_two_paragraphs_counts_for_the_length_of_a_passage(read):
    links = "\n".join(f"[{n}]: https://ostrell.example/{n}" for n in range(200))
    document = read("page.md", f"It left at noon.\n\n{links}\n\nIt came back.")
    assert passages(document) == ["It left at noon.", "It came back."]

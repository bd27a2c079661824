"""What a reply is made of. Every string a person sees is one of three kinds, and there is no fourth:

a `Cut` is a slice of a document, a `Meta` comes from a document's record or from whoever asked, a `Say` is a line of
the catalogue. The gate re-slices every `Cut` from the store before it lets a reply out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.catalogue import Line
from retrieval import Span


@dataclass(frozen=True, slots=True)
class Cut:
    """SPAN: these characters stand in that document at that place."""

    document_id: str
    span: Span
    text: str

    def __post_init__(self) -> None:
        if len(self.text) != len(self.span):
            raise ValueError(f"{len(self.text)} characters are not the slice [{self.span.start}, {self.span.end})")


@dataclass(frozen=True, slots=True)
class Meta:
    """META: a title, a date, a path, a number, or what somebody typed. With `url`, it leads there."""

    text: str
    url: str | None = None
    whole: bool = False
    """Whether all of it must be read, however long: a note that a source was retracted, and why."""


@dataclass(frozen=True, slots=True)
class Say:
    """TEMPLATE: a fixed line, with values in its places."""

    line: Line
    values: Mapping[str, Part] = field(default_factory=dict)


Part = Cut | Meta | Say


@dataclass(frozen=True, slots=True)
class Quote:
    """The archive's words, set apart from ours. Each sentence is a cut with the white space that follows it."""

    sentences: tuple[Cut, ...]
    bold: frozenset[int] = frozenset()
    """Indices of the sentences that answer."""
    gaps: frozenset[int] = frozenset()
    """Indices of the sentences before which something was left out."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a label, and parts with a dot between."""

    parts: tuple[Part, ...]
    label: Say | None = None
    small: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says that the archive says, and who is supposed to have said it, before the verdict on that. META,
    but it may be long."""

    quote: str
    said_by: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptOf:
    """A button: the receipt for the excerpt above it."""

    code: str


Block = Quote | Row | Claim | ReceiptOf


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the reply, made of the same values as it is."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    blocks: tuple[Block, ...]
    private: bool = False
    interim: bool = False
    """Takes the place of an answer that is still to come, which then takes its place."""
    attached: tuple[Attachment, ...] = ()

    def cuts(self) -> Iterator[Cut]:
        for block in self.blocks:
            match block:
                case Quote(sentences):
                    yield from sentences
                case Row(parts, label):
                    yield from _cuts(parts if label is None else (label, *parts))


def _cuts(parts: Iterable[Part]) -> Iterator[Cut]:
    for part in parts:
        match part:
            case Cut():
                yield part
            case Say(_, values):
                yield from _cuts(values.values())


def say(line: Line, *, private: bool = False, interim: bool = False, **values: str | int) -> Reply:
    """A reply of one fixed line."""
    row = Row((Say(line, {name: Meta(str(value)) for name, value in values.items()}),))
    return Reply((row,), private, interim)

"""A message that was checked in part says so."""

from __future__ import annotations

import pytest

from bot.catalogue import Line
from bot.rendering.reply import Row, Say
from bot.rendering.terminal_text import terminal_text
from bot.rendering.verdicts import render_checked
from retrieval import MOST_CHECKED, CheckedMessage, Ruling, Searched, Verified


@pytest.mark.parametrize("left_out", [0, 4])
def test_what_was_left_unchecked_is_counted(left_out: int) -> None:
    one = Verified("words", Ruling.ABSENT, Searched(1, 1, 1))
    reply = render_checked(CheckedMessage((one,), left_out))
    said = [
        part.line for block in reply.blocks if isinstance(block, Row) for part in block.parts if isinstance(part, Say)
    ]
    assert (Line.LEFT_UNCHECKED in said) == bool(left_out)
    assert (f"4 more are not checked: {MOST_CHECKED} at most." in terminal_text(reply)) == bool(left_out)

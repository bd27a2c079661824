"""/reindex where Discord fails or the interaction grows too old: the run goes on, and its end is told somewhere."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.catalogue import Line
from bot.cogs.admin import AdminCog
from bot.gate import Gate
from bot.reindex_state import Running, State, Stopped

STATES = (Running(), Running(1, 4, 9, 1.0), Running(2, 4, 9, 2.0), Stopped("/home/keeper is missing"))


class Run:
    async def states(self, _: float) -> AsyncIterator[State]:
        for state in STATES:
            yield state


class Channel(discord.abc.Messageable):
    def __init__(self, *, closed: bool) -> None:
        self.closed = closed
        self.sent: list[str] = []

    async def send(self, *, view: discord.ui.LayoutView, files: list[discord.File]) -> None:  # type: ignore[override]
        if self.closed:
            raise refusal(403)
        self.sent.append(text_of(view))

    async def _get_channel(self) -> Any:
        raise AssertionError("the bot sends to the channel itself and never asks for another")


def refusal(status: int) -> discord.HTTPException:
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.DiscordServerError)
    return kind(SimpleNamespace(status=status, reason="no"), "no")


def text_of(view: discord.ui.LayoutView) -> str:
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay))


async def reindexed(failing: dict[int, int], channel: object) -> list[str]:
    """The edits that arrived; `failing` has the status of those, by number, that Discord refuses."""
    edits: list[str] = []
    tries = iter(range(len(STATES)))

    async def edit(*, view: discord.ui.LayoutView, attachments: list[discord.File]) -> None:
        if (number := next(tries)) in failing:
            raise refusal(failing[number])
        edits.append(text_of(view))

    async def defer(**_: Any) -> None:
        pass

    interaction = SimpleNamespace(
        extras={},
        user=None,
        channel=channel,
        response=SimpleNamespace(defer=defer),
        edit_original_response=edit,
    )
    bot: Any = SimpleNamespace(
        administrators=SimpleNamespace(include=lambda _: True),
        gate=Gate(None),  # type: ignore[arg-type]
        reindexing=SimpleNamespace(run=lambda **_: (Run(), False)),
    )
    callback: Any = AdminCog.reindex.callback
    await callback(AdminCog(bot), interaction)
    return edits


async def test_an_edit_that_fails_does_not_end_the_progress() -> None:
    channel = Channel(closed=False)
    edits = await reindexed({0: 500, 1: 404}, channel)
    assert len(edits) == 2 and "the old index still serves" in edits[-1] and channel.sent == []


async def test_an_end_that_the_interaction_does_not_take_is_told_in_the_channel() -> None:
    channel = Channel(closed=False)
    assert len(await reindexed({3: 404}, channel)) == 3
    assert channel.sent == [Line.REINDEX_FAILED_OPENLY.value]


@pytest.mark.parametrize("channel", [Channel(closed=True), None])
async def test_an_end_that_nobody_takes_is_in_the_log(channel: object, caplog: pytest.LogCaptureFixture) -> None:
    await reindexed({3: 404}, channel)
    (said,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "nobody could be told" in said.getMessage() and "/home/keeper is missing" in said.getMessage()

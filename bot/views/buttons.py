"""The buttons under replies. Each id says all that the press of it asks for; nothing is kept in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol, Self

import discord
from discord import ui

from bot.catalogue import Line
from bot.rendering.claims import claims_in
from bot.requests import Proof, Request, Share, Verify
from retrieval import CODE_PATTERN


class Presses(Protocol):
    """What the buttons know of the bot that they are on."""

    async def pressed(self, interaction: discord.Interaction[Any], request: Request, *, private: bool) -> None: ...


RECEIPT = re.compile(rf"receipt:(?P<code>{CODE_PATTERN})")
SHARE = re.compile(r"share")
A_ROW = 5
"""Buttons that Discord puts in one row."""


class ReceiptButton(ui.DynamicItem[ui.Button[Any]], template=RECEIPT):
    """Shows the receipt of one excerpt to whoever presses it."""

    def __init__(self, code: str) -> None:
        self.code = code
        label = Line.RECEIPT_BUTTON.value.format(code=code)
        super().__init__(ui.Button(label=label, custom_id=f"receipt:{code}", style=discord.ButtonStyle.secondary))

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]) -> Self:
        return cls(match["code"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        bot: Presses = interaction.client
        await bot.pressed(interaction, Proof(self.code), private=True)


class ShareButton(ui.DynamicItem[ui.Button[Any]], template=SHARE):
    """Says openly what a private message says: looked up anew, from the codes and quotes in that message."""

    def __init__(self) -> None:
        button: ui.Button[Any] = ui.Button(
            label=Line.SHARE_BUTTON.value, custom_id="share", style=discord.ButtonStyle.primary
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(cls, _: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]) -> Self:
        return cls()

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        bot: Presses = interaction.client
        await bot.pressed(interaction, _shared(interaction.message), private=False)


BUTTONS: tuple[type[ui.DynamicItem[Any]], ...] = (ReceiptButton, ShareButton)


def rows_of_buttons(codes: tuple[str, ...], *, shareable: bool) -> Iterator[ui.ActionRow[Any]]:
    buttons: list[ui.DynamicItem[Any]] = [ReceiptButton(code) for code in codes]
    if shareable:
        buttons.append(ShareButton())
    for start in range(0, len(buttons), A_ROW):
        yield ui.ActionRow(*buttons[start : start + A_ROW])


def _shared(message: discord.Message | None) -> Request:
    """What the message that holds the button was about. It is one of ours, so nobody else wrote what is read here."""
    held = list(_walk(message.components)) if message is not None else []
    texts = [part.content for part in held if isinstance(part, discord.TextDisplay)]
    claims = tuple(Verify(claim.quote, claim.said_by) for text in texts for claim in claims_in(text))
    ids = (part.custom_id or "" for part in held if isinstance(part, discord.Button))
    codes = tuple(found["code"] for one in ids if (found := RECEIPT.fullmatch(one)))
    return Share(claims, () if claims else codes)


def _walk(components: Any) -> Iterator[Any]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))

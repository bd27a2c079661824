"""The ways to a person: an interaction, a chat message. Only the gate calls `deliver`."""

from __future__ import annotations

import io

import aiohttp
import discord
from discord import ui

from bot.catalogue import Line
from bot.rendering.discord_text import Page
from bot.rendering.reply import Attachment, Reply
from bot.views.buttons import rows_of_buttons

SUBTLE = discord.Colour(0x4F5B66)
UNSENT = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What an outlet raises where Discord refuses, fails or can't be reached."""


class InteractionOutlet:
    """A slash command or menu. It must be deferred first, which `defer` does."""

    def __init__(self, interaction: discord.Interaction) -> None:
        self._interaction = interaction
        self._answered = False
        self._private = False
        interaction.extras["outlet"] = self

    @classmethod
    def of(cls, interaction: discord.Interaction) -> InteractionOutlet:
        """The one that this interaction has already, which knows what was said; else a new one."""
        known = interaction.extras.get("outlet")
        return known if isinstance(known, cls) else cls(interaction)

    async def defer(self, *, private: bool) -> None:
        """Within Discord's three seconds, before anything else. Decides whether the first message is private."""
        self._private = private
        await self._interaction.response.defer(ephemeral=private, thinking=True)

    async def take_over(self) -> None:
        """For a failure at any point: what was deferred is answered, what was answered is followed up."""
        if not self._interaction.response.is_done():
            await self.defer(private=True)

    async def deliver(self, reply: Reply, pages: list[Page]) -> None:
        if reply.private and not self._private and not self._answered:
            await self._take_aside(pages)
            return
        first, *rest = pages
        if self._answered:
            await self._follow(first, private=reply.private or self._private)
        else:
            await self._interaction.edit_original_response(view=view_of(first), attachments=files_of(first))
            self._answered = not reply.interim
        for page in rest:
            await self._follow(page, private=reply.private or self._private)

    async def _take_aside(self, pages: list[Page]) -> None:
        """A deferred answer can't become private, and nothing follows one that was deleted before it was filled
        (discord-api-docs #2739 and #3087). So it is filled, the private pages follow, and it is taken back.
        """
        await self._interaction.edit_original_response(view=view_of(Page(Line.ANSWERED_PRIVATELY.value)))
        for page in pages:
            await self._follow(page, private=True)
        await self._interaction.delete_original_response()
        self._answered = True

    async def _follow(self, page: Page, *, private: bool) -> None:
        await self._interaction.followup.send(view=view_of(page), files=files_of(page), ephemeral=private)


class MessageOutlet:
    """A chat message. A reply that should be private goes there too: chat has no private replies."""

    def __init__(self, message: discord.Message) -> None:
        self._message = message
        self._interim: discord.Message | None = None

    async def deliver(self, reply: Reply, pages: list[Page]) -> None:
        first, *rest = pages
        if self._interim is not None:
            # An edit without `content` carries the bot's own default only where it is named.
            nobody = discord.AllowedMentions.none()
            await self._interim.edit(view=view_of(first), attachments=files_of(first), allowed_mentions=nobody)
            self._interim = None
        else:
            sent = await self._message.reply(view=view_of(first), files=files_of(first), mention_author=False)
            self._interim = sent if reply.interim else None
        for page in rest:
            await self._message.channel.send(view=view_of(page), files=files_of(page))


class ChannelOutlet:
    """A message of its own in a channel, for what nobody's interaction takes any more. Everyone there sees it."""

    def __init__(self, channel: discord.abc.Messageable) -> None:
        self._channel = channel

    async def deliver(self, reply: Reply, pages: list[Page]) -> None:
        for page in pages:
            await self._channel.send(view=view_of(page), files=files_of(page))


def view_of(page: Page) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    container: ui.Container[ui.LayoutView] = ui.Container(accent_colour=SUBTLE)
    container.add_item(ui.TextDisplay(page.markdown))
    for attached in page.files:
        container.add_item(ui.File(f"attachment://{attached.name}"))
    view.add_item(container)
    for row in rows_of_buttons(page.receipts, shareable=page.shareable):
        view.add_item(row)
    return view


def files_of(page: Page) -> list[discord.File]:
    return [_file(attached) for attached in page.files]


def _file(attached: Attachment) -> discord.File:
    return discord.File(io.BytesIO(attached.text.encode("utf-8", "surrogatepass")), filename=attached.name)

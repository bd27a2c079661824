"""The bot's settings: the archive's, and what Discord needs besides."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from retrieval import RetrievalSettings

Ids = Annotated[frozenset[int], NoDecode]


class BotSettings(RetrievalSettings):
    discord_token: SecretStr | None = Field(None, description="the bot's token; without it the console runs")
    prefix: str | None = Field(
        None,
        min_length=1,
        max_length=10,
        pattern=r"^\S+$",
        description="prefix of chat commands, `!`; needs the message content intent",
    )
    home_guild_id: int | None = Field(
        None, gt=0, description="the server that the administrators' commands are registered in; everywhere without one"
    )
    admin_user_ids: Ids = Field(
        frozenset(), description="users who may reindex, beside the application's owner or team"
    )
    admin_role_ids: Ids = Field(frozenset(), description="roles of the home server whose members may reindex")
    watch: bool = Field(
        False, description="bring the index in step by itself when files change; the console has `/reindex`"
    )
    watch_settle: float = Field(
        5.0,
        ge=0.1,
        le=3600,
        description="seconds without a further change before that begins; at most 12 times as long",
    )
    workers: int = Field(
        4, ge=1, le=64, description="lookups at the same time, and questions where the bot's own process answers"
    )
    processes: int | None = Field(
        None,
        ge=0,
        le=64,
        description="processes that answer questions; 0: the bot's own; unset: one a processor, at most 4",
    )
    queue: int = Field(
        64, ge=0, le=10_000, description="questions that may wait beyond those; more are told to come back"
    )
    deadline: float = Field(60.0, gt=0, le=600, description="seconds after which an answer is given up")
    question_length: int = Field(500, ge=10, le=2000, description="most characters of a question")

    @field_validator("admin_user_ids", "admin_role_ids", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        """Ids with commas or white space between them."""
        if not isinstance(value, str):
            return value
        parts = value.replace(",", " ").split()
        if not all(part.isascii() and part.isdigit() for part in parts):
            raise ValueError("expected ids, which are whole numbers, with commas between them")
        return frozenset(int(part) for part in parts)

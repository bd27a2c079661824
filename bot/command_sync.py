"""Registers the slash commands, only when their definitions changed: Discord allows 200 creations a day."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

log = logging.getLogger(__name__)


async def sync_commands(
    tree: app_commands.CommandTree[Any], application_id: int, home: int | None, record: Path
) -> bool:
    """True where anything was registered. `record` remembers what was registered last."""
    places = [None, *([discord.Object(home)] if home is not None else [])]
    definitions = {
        str(place.id if place else "everywhere"): [c.to_dict(tree) for c in tree.get_commands(guild=place)]
        for place in places
    }
    said = json.dumps({"application": application_id, "commands": definitions}, sort_keys=True, default=str)
    digest = hashlib.sha256(said.encode()).hexdigest()
    known, former = _read(record)
    if known == digest:
        return False
    for place in places:
        await tree.sync(guild=place)
    if former is not None and former != home:
        try:  # the home server of before would keep its commands for ever
            await tree.sync(guild=discord.Object(former))
        except discord.HTTPException as error:
            log.warning("could not take back the commands of server %d: %s", former, error)
    _write(record, digest, home)
    log.info("registered the commands: %s", ", ".join(f"{len(c)} in {p}" for p, c in definitions.items()))
    return True


def _read(record: Path) -> tuple[str | None, int | None]:
    """The digest, and the home server of then."""
    try:
        digest, home = (*record.read_text(encoding="ascii").split(), "", "")[:2]
    except (OSError, UnicodeDecodeError):
        return None, None
    return digest, int(home) if home.isdecimal() else None


def _write(record: Path, digest: str, home: int | None) -> None:
    record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    record.write_text(f"{digest} {home or ''}\n", encoding="ascii")

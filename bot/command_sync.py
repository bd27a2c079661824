"""Registers the slash commands, only when their definitions changed: Discord allows 200 creations a day."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

log = logging.getLogger(__name__)
EVERYWHERE = "everywhere"


async def sync_commands(
    tree: app_commands.CommandTree[Any], application_id: int, home: int | None, record: Path
) -> bool:
    """True where anything was registered. `record` remembers what was registered last, a line for each place."""
    known = _read(record)
    now: dict[str, str] = {}
    registered: list[str] = []
    for name, place in _places(home).items():
        definitions = [command.to_dict(tree) for command in tree.get_commands(guild=place)]
        digest = _digest(application_id, definitions)
        if known.get(name) != digest:
            try:
                await tree.sync(guild=place)
            except (discord.Forbidden, discord.NotFound):
                if place is None:
                    raise
                log.error("not in the home server %d: /reindex is not registered", place.id)  # noqa: TRY400 - one line
                continue
            registered.append(f"{len(definitions)} in {name}")
        now[name] = digest
    for former in known.keys() - _places(home).keys():
        await _take_back(tree, former)
    if now != known:
        _write(record, now)
    if registered:
        log.info("registered the commands: %s", ", ".join(registered))
    return bool(registered)


def _places(home: int | None) -> dict[str, discord.Object | None]:
    """By the name that the record has for each."""
    return {EVERYWHERE: None} | ({str(home): discord.Object(home)} if home is not None else {})


async def _take_back(tree: app_commands.CommandTree[Any], former: str) -> None:
    """The home server of before would keep its commands for ever."""
    try:
        await tree.sync(guild=discord.Object(former))
    except discord.HTTPException as error:
        log.warning("could not take back the commands of server %s: %s", former, error)


def _digest(application_id: int, definitions: list[dict[str, Any]]) -> str:
    said = json.dumps({"application": application_id, "commands": definitions}, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def _read(record: Path) -> dict[str, str]:
    """The digest of each place that something was registered in; what can't be read says nothing."""
    try:
        lines = [line.split() for line in record.read_text(encoding="ascii").splitlines()]
    except (OSError, UnicodeDecodeError):
        return {}
    return {line[0]: line[1] for line in lines if len(line) == 2 and (line[0] == EVERYWHERE or line[0].isdecimal())}


def _write(record: Path, digests: Mapping[str, str]) -> None:
    record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    record.write_text("".join(f"{place} {digest}\n" for place, digest in digests.items()), encoding="ascii")

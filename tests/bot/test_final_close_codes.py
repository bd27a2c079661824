"""A close code that is final ends the process, with one line and a status that says that it failed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.settings import BotSettings
from tests.discord.loopback import Opcode, loopback
from tests.discord.test_bot_on_loopback import PATIENCE, process


@pytest.mark.parametrize(("code", "status"), [(4004, 2), (4010, 69), (4013, 69), (4014, 2)])
async def test_a_final_close_code_is_one_line_and_no_success(code: int, status: int, tmp_path: Path) -> None:
    settings = BotSettings(_env_file=None, archive=tmp_path / "archive", data=tmp_path / "data")
    async with loopback() as server, process(server, (settings, None)) as child:
        await server.payload(Opcode.IDENTIFY, within=PATIENCE)
        await server.gateway.close(code)
        _, errors = await asyncio.wait_for(child.communicate(), PATIENCE)
        assert child.returncode == status, errors.decode()
        assert errors.decode().strip().splitlines()[-1].startswith("archivist: ")
        assert "Traceback" not in errors.decode()

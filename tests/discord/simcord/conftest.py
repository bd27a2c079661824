"""The seed's archive, indexed once with the real model, and worlds that are judged at their end."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.settings import BotSettings
from retrieval import Archive
from retrieval.encoding import Encoder
from tests.discord.openapi import DiscordApi, messages_in
from tests.discord.simcord.world import TOKEN, World

REPOSITORY = Path(__file__).parents[3]
OPENAPI = REPOSITORY.parent / "shared" / "discord" / "openapi.json"
NewWorld = Callable[..., World]
NewArchive = Callable[..., Archive]


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's environment nor a `.env` in the working folder reaches a test."""
    for name in [name for name in os.environ if name.startswith("ARCHIVIST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ARCHIVIST_PROCESSES", "0")  # a bot would start them for every test


@pytest.fixture(scope="session")
def discord_api() -> DiscordApi | None:
    """Discord's own description of its requests; None where it is not at hand."""
    return DiscordApi.load(OPENAPI) if OPENAPI.is_file() else None


class Remembering:
    """The real model, which is not asked twice for one text: the tests ask the same few questions again and again."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.fingerprint, self.dimensions = encoder.name, encoder.fingerprint, encoder.dimensions
        self._encode, self.encode_passages = encoder.encode, encoder.encode_passages
        self._known: dict[str, np.ndarray] = {}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._encode(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, self.dimensions), np.float32)


@pytest.fixture(scope="session")
def model(encoder: Encoder) -> Encoder:
    return Remembering(encoder)


@pytest.fixture(scope="session")
def seed_archive(model: Encoder, seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """The repository's archive with the real model, indexed once and open for the whole session."""
    settings = BotSettings(_env_file=None, archive=seed.parent, data=tmp_path_factory.mktemp("seed"))
    archive = Archive(settings, encoder=model)
    archive.reindex()
    archive.warm()
    yield archive
    archive.close()


@pytest.fixture(scope="session")
def seed_text(seed: Path) -> str:
    return seed.read_text(encoding="utf-8")


@pytest.fixture
def empty_archive(model: Encoder, tmp_path: Path) -> Iterator[Archive]:
    """One that was never indexed."""
    archive = Archive(BotSettings(_env_file=None, archive=tmp_path / "none", data=tmp_path / "data"), encoder=model)
    yield archive
    archive.close()


@pytest.fixture
def new_archive(model: Encoder, tmp_path: Path) -> Iterator[NewArchive]:
    """Indexes files of a test's own: `new_archive({"a.md": "…"})`. Its folders are `archive` and `data` of tmp_path."""
    opened: list[Archive] = []

    def make(files: dict[str, str]) -> Archive:
        folder = tmp_path / "archive"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        settings = BotSettings(_env_file=None, archive=folder, data=tmp_path / "data")
        archive = Archive(settings, encoder=model)
        archive.reindex()
        opened.append(archive)
        return archive

    yield make
    for archive in opened:
        archive.close()


@pytest.fixture
async def new_world(
    seed_archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture, discord_api: DiscordApi | None
) -> AsyncIterator[NewWorld]:
    """Worlds that wait for their `start`. At the end every request that the bot made is judged."""
    caplog.set_level(logging.INFO)
    worlds: list[World] = []

    def make(archive: Archive = seed_archive, data: Path = tmp_path / "bot") -> World:
        worlds.append(World(archive, data))
        return worlds[-1]

    yield make
    for world in worlds:
        print(world.env.transcript())  # shown where a test fails
        await world.env.shutdown()
        judge(world, caplog.text, discord_api)


@pytest.fixture
async def world(new_world: NewWorld) -> World:
    """One world on the seed's archive, started with the settings that nobody changed."""
    return await new_world().start()


def judge(world: World, log: str, api: DiscordApi | None) -> None:
    """What holds in every test, whatever it is about."""
    assert not world.take_errors()
    assert TOKEN not in log and TOKEN not in world.markdown_sent()
    for question in world.questions:
        assert len(question) < 10 or question not in log, "what people ask does not stand in the log"
    answered: set[str] = set()
    for request in world.env.http_requests:
        for message in messages_in(request.json):
            if "components" in message or "content" in message:
                named = {kind for kind, whom in message["allowed_mentions"].items() if whom}
                assert not named and message["allowed_mentions"]["parse"] == [], "nobody is pinged"
        match request.path.strip("/").split("/"):
            case ["interactions", _, token, "callback"]:
                assert request.json["type"] == 5, "a deferral is the first response"
                answered.add(token)
            case ["webhooks", _, token, *_]:
                assert token in answered, "nothing is said before the deferral"
    if api is None:  # test_openapi_checker says so, once
        return
    faults = [
        fault
        for request in world.env.http_requests
        for fault in api.faults(request.method, request.path, request.json, request.params)
    ]
    assert not faults, "\n".join(faults)

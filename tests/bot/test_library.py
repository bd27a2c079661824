"""The queue before the archive: all that fit into it are answered, and the others are told so at once."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil

import pytest

from bot.library import Library, LibraryBusy
from bot.settings import BotSettings
from retrieval import EVERYTHING, Archive, Found

QUESTIONS = [
    f"{ask} {about}?"
    for ask in ("Who spoke of", "How many know of", "When was there news of", "What is said of", "Where is it about")
    for about in (
        "settlements",
        "Kharkiv",
        "soldiers",
        "the regiment",
        "orders",
        "weeks",
        "Ukraine",
        "Hromov",
        "war",
        "1",
    )
]


@pytest.fixture
def settings(tmp_path, seed):
    (tmp_path / "archive").mkdir()
    shutil.copy(seed, tmp_path / "archive")
    return BotSettings(_env_file=None, archive=tmp_path / "archive", data=tmp_path / "data")


def shown(answer):
    """All but scores, whose last digits depend on what was encoded beside, and seconds."""
    if isinstance(answer, Found):
        return [dataclasses.replace(excerpt, score=0.0) for excerpt in answer.excerpts]
    return answer.reason


async def test_fifty_at_once_get_what_each_would_alone(settings, encoder):
    archive = Archive(settings, encoder=encoder)
    archive.reindex()
    library = Library(settings, archive)
    assert len(QUESTIONS) == 50
    alone = [shown(archive.ask(question)) for question in QUESTIONS]
    together = await asyncio.gather(*(library.ask(question, EVERYTHING) for question in QUESTIONS))
    assert [shown(answer) for answer in together] == alone
    assert sum(isinstance(answer, Found) for answer in together) > 10
    await library.close()


async def test_who_finds_the_queue_full_is_told_at_once_and_the_rest_are_answered(settings, encoder):
    archive = Archive(settings, encoder=encoder)
    archive.reindex()
    library = Library(settings.model_copy(update={"workers": 2, "queue": 5}), archive)
    asked = (library.ask(question, EVERYTHING) for question in QUESTIONS)
    ends = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(end, LibraryBusy) for end in ends] == [False] * 7 + [True] * 43
    assert all(end.question == question for end, question in zip(ends[:7], QUESTIONS, strict=False))
    await library.close()

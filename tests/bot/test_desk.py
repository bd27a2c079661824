"""What reaches whoever asked, and what only the log."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import Line
from bot.desk import Desk
from bot.gate import Gate
from bot.library import Library, Model
from bot.rendering.discord_text import Page
from bot.rendering.reply import Reply, Say
from bot.requests import Ask, Request, Show
from bot.settings import BotSettings
from retrieval import ArchivistError, QuestionError, UnknownCode

PLACE = "/home/keeper/archive/data"


class Broken:
    """An archive that raises; its model is loaded or not."""

    def __init__(self, error: Exception | None = None, *, is_warm: bool = True) -> None:
        self.error = error or QuestionError("never asked")
        self.is_warm = is_warm
        self.settings = BotSettings(_env_file=None)

    def fail(self, *_: Any, **__: object) -> Any:
        raise self.error

    ask = search = show = warm = fail


class Heard:
    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.text = ""

    async def deliver(self, reply: Reply, pages: list[Page]) -> None:
        self.replies.append(reply)
        self.text += "\n".join(page.markdown for page in pages)

    @property
    def lines(self) -> list[Line]:
        says = [reply.blocks[0].parts[0] for reply in self.replies]
        return [said.line for said in says if isinstance(said, Say)]


def library_of(archive: Broken, folder: Path) -> Library:
    return Library(BotSettings(_env_file=None, data=folder), archive)  # type: ignore[arg-type]


async def served(request: Request, library: Library) -> Heard:
    heard = Heard()
    await Desk(library, Gate(library), 500).serve(request, heard)
    return heard


@pytest.mark.parametrize("error", [ArchivistError(f"{PLACE} can't be opened"), OSError(5, "broken", PLACE)])
async def test_why_the_archive_is_out_of_order_stands_in_the_log_alone(
    error: Exception, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heard = await served(Ask("Where?"), library_of(Broken(error), tmp_path))
    assert heard.lines == [Line.OUT_OF_SERVICE] and "keeper" not in heard.text
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    name = heard.replies[0].blocks[0].parts[0].values["name"].text
    assert name in record.getMessage() and PLACE in caplog.text


@pytest.mark.parametrize("error", [QuestionError("“x” is no code"), UnknownCode("nothing has the code x")])
async def test_what_is_wrong_with_what_was_typed_is_said(error: Exception, tmp_path: Path) -> None:
    heard = await served(Show("x"), library_of(Broken(error), tmp_path))
    assert heard.lines == [Line.REFUSED] and str(error) in heard.text


async def test_that_the_model_is_loading_is_said_for_a_valid_question_alone(tmp_path: Path) -> None:
    library = library_of(Broken(is_warm=False), tmp_path)
    assert library.model is Model.LOADING
    assert (await served(Ask("Where?"), library)).lines == [Line.LOADING, Line.REFUSED]
    assert (await served(Ask("Where?", {"after": "soon"}), library)).lines == [Line.REFUSED]
    assert (await served(Ask("Where?" * 100), library)).lines == [Line.QUESTION_TOO_LONG]
    assert (await served(Show("x"), library)).lines == [Line.REFUSED]


async def test_a_model_that_could_not_be_loaded_is_not_called_loading(tmp_path: Path) -> None:
    library = library_of(Broken(ArchivistError("no model"), is_warm=False), tmp_path)
    with pytest.raises(ArchivistError):
        await library.warm()
    assert library.model is Model.FAILED
    assert (await served(Ask("Where?"), library)).lines == [Line.OUT_OF_SERVICE]

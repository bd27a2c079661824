"""What a run needs: a folder with the invented set, settings of its own, and a gate that is set by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.searching import Gate
from retrieval.settings import RetrievalSettings
from tests.evaluation.town import write_set


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The folder of the invented set: three answerable questions, one that nothing answers."""
    return write_set(tmp_path / "town")


@pytest.fixture
def settings(tmp_path: Path) -> RetrievalSettings:
    return RetrievalSettings(archive=tmp_path / "no-archive", data=tmp_path / "data")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the evidence that is enough to answer, so that no test hangs on the fitted figure: 0 always, 2 never."""

    def set_to(threshold: float) -> None:
        fitted = Gate.load()
        moved = Gate(fitted.intercept, fitted.weights, threshold)
        monkeypatch.setattr(Gate, "load", classmethod(lambda _: moved))

    return set_to

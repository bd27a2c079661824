from __future__ import annotations

import pytest

from tests.retrieval.reading.hostile_readers import HOSTILE


@pytest.fixture
def hostile(monkeypatch, tmp_path):
    monkeypatch.setattr("retrieval.reading.processes.PROGRAM", ("-c", HOSTILE))
    monkeypatch.setenv("TMPDIR", str(tmp_path))

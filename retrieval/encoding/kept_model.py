"""A compiled model, kept in the data folder: loading it takes half a second, and neither PyTorch nor transformers.

What is kept is of these very weights, for this processor, by these versions, with sums of its own; and it is taken
only if it still gives PyTorch's vectors of the sample, which were kept beside it. Whatever is amiss, the model is
loaded as at first and kept anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import json
import logging
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.disk import make_private
from retrieval.encoding.compiled import SAME, Compiled, processor, read_graph, save_graph
from retrieval.encoding.sample import SAMPLE
from retrieval.encoding.token_averages import TokenAverages
from retrieval.encoding.tokens import Rules, Tokens
from retrieval.encoding.traits import Traits

log = logging.getLogger(__name__)
FORM = 1
"""Of what is kept and of what compiling does. Raised where either becomes another."""
_LIBRARIES = ("openvino", "tokenizers", "sentence-transformers", "transformers", "torch")


def restored(place: Path, name: str, fingerprint: str, threads: int) -> TokenAverages | None:
    """The model of that name as it was kept; None where it was not, or not as it is wanted now."""
    try:
        made: dict[str, Any] = json.loads(_record(place, name).read_text(encoding="utf-8"))
        if made["key"] != _key(name, fingerprint):
            return None
        folder = place / Path(made["folder"]).name
        for file, expected in made["sums"].items():
            if _sum(folder / file) != expected:
                raise ValueError(f"{file} is not what was kept")
        tokens = Tokens(Rules(**made["rules"] | {"inputs": tuple(made["rules"]["inputs"])}))
        compiled = Compiled(read_graph(folder / "graph.xml"), made["inputs"], made["precision"], threads)
        encoder = TokenAverages(Traits(**made["traits"]), tokens, compiled)
        nearest = encoder.likeness(SAMPLE, np.load(folder / "sample.npy", allow_pickle=False))
        if not nearest >= SAME[made["precision"]]:
            raise ValueError(f"its vectors are only {nearest:.4f} like PyTorch's")
    except FileNotFoundError:
        return None
    except Exception as error:  # whatever files that are damaged can raise in three libraries
        log.info("the model is compiled anew, as what was kept of it can't be used: %s", error)
        return None
    return encoder


def keep(
    place: Path, encoder: TokenAverages, rules: Rules, compiled: Compiled, expected: npt.NDArray[np.float32]
) -> None:
    """`expected`: PyTorch's vectors of SAMPLE. Where it can't be written, the log says so, and that is all."""
    traits = encoder.traits
    if not encoder.likeness(SAMPLE, expected) >= SAME[compiled.precision]:
        return  # it would not be taken the next time
    try:
        make_private(place)
        folder = Path(tempfile.mkdtemp(prefix="model-", dir=place))
        try:
            save_graph(compiled.graph, folder / "graph.xml")
            np.save(folder / "sample.npy", expected)
            made = {
                "key": _key(traits.name, traits.fingerprint),
                "folder": folder.name,
                "sums": {path.name: _sum(path) for path in sorted(folder.iterdir())},
                "rules": dataclasses.asdict(rules),
                "traits": dataclasses.asdict(traits),
                "inputs": compiled.inputs,
                "precision": compiled.precision,
            }
            (folder / "made.json").write_text(json.dumps(made), encoding="utf-8")
            # Only now does anybody look into it.
            (folder / "made.json").replace(_record(place, traits.name))
        except BaseException:
            _remove(folder)
            raise
        _remove_all_but(place, folder.name)
    except (OSError, RuntimeError) as error:
        log.info("the compiled model could not be kept: %s", error)


def _key(name: str, fingerprint: str) -> dict[str, Any]:
    versions = {library: importlib.metadata.version(library) for library in _LIBRARIES}
    return {"form": FORM, "name": name, "fingerprint": fingerprint, "versions": versions, "processor": processor()}


def _record(place: Path, name: str) -> Path:
    return place / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.json"


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_all_but(place: Path, kept: str) -> None:
    """Those that no record names: of other versions, or begun and never finished. One that another process is just
    making goes, too, which costs that process nothing but this.
    """
    named = {kept, *_named(place)}
    for folder in place.glob("model-*"):
        if folder.name not in named:
            _remove(folder)


def _named(place: Path) -> Iterator[str]:
    for record in place.glob("*.json"):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            yield json.loads(record.read_text(encoding="utf-8"))["folder"]


def _remove(folder: Path) -> None:
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()

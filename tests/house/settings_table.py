"""The README's table of settings, made from the settings themselves: python -m tests.house.settings_table"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from bot.settings import BotSettings
from retrieval import ENV_PREFIX


def rows() -> Iterator[str]:
    yield "| setting | default | what it is |"
    yield "|---|---|---|"
    for name, field in BotSettings.model_fields.items():
        yield f"| `{ENV_PREFIX}{name.upper()}` | {shown(field)} | {field.description} |"


def shown(field: FieldInfo) -> str:
    value: Any = field.default
    if value is None or value == frozenset():
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"


if __name__ == "__main__":
    print("\n".join(rows()))

"""Sizes in bytes, and how one that is too large is told."""

from __future__ import annotations

MIB = 1024 * 1024


def larger_than(most_bytes: int) -> str:
    """The reason, of a limit in whole MiB."""
    return f"larger than {most_bytes // MIB} MiB"

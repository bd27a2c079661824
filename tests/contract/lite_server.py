"""Milvus Lite as a server, in a process of its own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

SECONDS_TO_START = 60


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextlib.contextmanager
def lite_server(folder: Path, port: int) -> Iterator[str]:
    """Gives its address once it answers; kills it at the end."""
    command = [sys.executable, "-m", "milvus_lite.cmdline", "server", "--data-dir", str(folder / "data")]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen([*command, "--host", "127.0.0.1", "--port", str(port)], stdout=log, stderr=log)
    try:
        until = time.monotonic() + SECONDS_TO_START
        while server.poll() is None and time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"Milvus Lite did not start: {(folder / 'log').read_text()}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()

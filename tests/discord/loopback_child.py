"""Run a bot's module in a process of its own, against a loopback Discord instead of the real one.

`python -m tests.discord.loopback_child PORT -- MODULE [ARGUMENT…]` points discord.py at 127.0.0.1:PORT and then runs
MODULE as `python -m MODULE ARGUMENT…` would, so that signals, exit codes and the token's way in are the real ones.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

API_PREFIX = "/api/v10"
GATEWAY_PATH = "/gateway"


@contextmanager
def redirected(port: int) -> Iterator[None]:
    """Every request and websocket of discord.py goes to 127.0.0.1:`port` until the block ends.

    Interaction callbacks and webhooks go there too: `discord.webhook.async_` builds its URLs with the same `Route`.
    """
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = f"http://127.0.0.1:{port}{API_PREFIX}"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"ws://127.0.0.1:{port}{GATEWAY_PATH}")
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


def main(arguments: list[str]) -> None:
    """Raises SystemExit with the usage where the arguments are not `PORT -- MODULE [ARGUMENT…]`."""
    match arguments:
        case [port, "--", module, *rest] if port.isdecimal():
            sys.argv = [module, *rest]
            with redirected(int(port)):
                runpy.run_module(module, run_name="__main__", alter_sys=True)
        case _:
            raise SystemExit("usage: python -m tests.discord.loopback_child PORT -- MODULE [ARGUMENT…]")


if __name__ == "__main__":
    main(sys.argv[1:])

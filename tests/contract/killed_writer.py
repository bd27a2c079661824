"""A process that writes to a store until it is killed. Run by test_crashes.py: killed_writer.py STORE FOLDER MOMENT."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from little_archive import BAKERY, MODEL, add, page, publish
from stores import STORES


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(store: str, folder: str, moment: str) -> None:
    backend = STORES[store](Path(folder))
    match moment:
        case "adding":
            draft = backend.draft(*MODEL)
            add(draft, page("bakery.txt", BAKERY))
            die()
        case "holding":
            draft = backend.draft(*MODEL)
            add(draft, page("bakery.txt", BAKERY))
            print("holding", flush=True)
            time.sleep(60)
        case "any":
            print("publishing", flush=True)
            for n in range(10_000):
                publish(backend, page(f"{n}.txt", "Page\n\nThis is one page of the ferry."))
        case "before the pointer moves":
            type(backend)._move_pointer = die  # type: ignore[attr-defined]
            publish(backend, page("bakery.txt", BAKERY))
        case "after the pointer moved":
            type(backend)._prune = die  # type: ignore[attr-defined]
            publish(backend, page("bakery.txt", BAKERY))
    sys.exit(f"still alive after {moment}")


if __name__ == "__main__":
    main(*sys.argv[1:])

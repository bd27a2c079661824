"""Notices that something changed below a folder, and never says what: whoever brings an index in step looks itself."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import Change, watch

log = logging.getLogger(__name__)
POLL_EVERY = 30.0
"""Seconds between two looks at every file where the system tells of no changes; WATCHFILES_POLL_DELAY_MS overrides."""
SAME_FOLDER = 1.0
"""Seconds between two looks whether it is still the same folder."""
LOOK_AGAIN = 5.0
"""Seconds until a folder that could not be watched is tried again."""
LOOK_AROUND = 600.0
"""Seconds between two walks over the folders, for one that came without an event: a mount, an overrun queue."""
PAUSE = 0.5
"""Seconds before the watch is set anew for new folders, so that copying a tree does not do so for each of them."""
UNDECODABLE = "Unable to decode path"
"""watchfiles says so and ends when a file changes whose name is not UTF-8."""
REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "vboxsf", "virtiofs"}
"""File systems on which others write, of which the kernel here hears nothing; those of FUSE besides."""
MOUNTS = Path("/proc/self/mountinfo")
Folders = dict[str, tuple[int, int]]
"""Device and inode of each folder by its path."""


class FolderWatch:
    """A thread that calls `changed` after every change, and once whenever it begins or began anew to watch.

    watchfiles' own recursion follows links, out of the folder and over the whole disk; it is therefore given every
    folder by itself, without links and without hidden ones, as the archive is read. Setting that up walks the folder,
    which takes long on a slow disk: hence a thread, and not `awatch`, which does so on the event loop.
    """

    def __init__(self, folder: Path, changed: Callable[[], None]) -> None:
        self._folder = folder.absolute()
        self._changed = changed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)  # may hang in a dead mount
        self._told = ""
        self._begun = False
        self._told_of_polling = False
        self.stands = False
        """Whether changes are noticed at present."""

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float) -> None:
        """Returns when the thread has ended, or after `patience` seconds."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch()
            except (FileNotFoundError, NotADirectoryError):
                self._tell(f"the archive folder {self._folder} is not there; it will be watched when it is")
            except (OSError, RuntimeError, UnicodeError) as error:  # watchfiles' own, which it keeps private, is one
                if self._begun and UNDECODABLE in str(error):  # a change all the same, told when the watch begins anew
                    self._stop.wait(PAUSE)
                    continue
                self._tell(f"the archive folder {self._folder} can't be watched: {_reason(error)}; trying again")
            except Exception as error:
                if repr(error) != self._told:
                    log.exception("failure in the watch over %s", self._folder)
                self._told = repr(error)
            else:
                self._stop.wait(PAUSE)
                continue
            self.stands = False
            self._stop.wait(LOOK_AGAIN)

    def _tell(self, trouble: str) -> None:
        """Each trouble once, until the watch stands again."""
        if trouble != self._told:
            log.warning("%s", trouble)
        self._told = trouble

    def _watch(self) -> None:
        """Returns when folders came or went. Raises OSError, RuntimeError."""
        folders = folders_below(self._folder)
        if lies_remote(folders):
            self._follow(folders, polling=True)
            return
        try:
            self._follow(folders, polling=False)
        except FileNotFoundError:
            raise
        except (OSError, RuntimeError) as error:
            if self._begun:
                raise
            if not self._told_of_polling:
                message = "the system does not tell of changes (%s); looking every %g seconds instead"
                log.warning(message, _reason(error), POLL_EVERY)
            self._told_of_polling = True
            self._follow(folders, polling=True)

    def _follow(self, folders: Folders, *, polling: bool) -> None:
        self._begun = False
        look_around = time.monotonic() + LOOK_AROUND
        for changes in watch(
            *folders,
            watch_filter=None,
            debounce=200,  # shorter than a settling, which it would hide
            step=100,
            stop_event=self._stop,
            rust_timeout=int(SAME_FOLDER * 1000),
            yield_on_timeout=True,
            force_polling=True if polling else None,  # None: as WATCHFILES_FORCE_POLLING says
            poll_delay_ms=int(POLL_EVERY * 1000),
            recursive=False,
            ignore_permission_denied=True,  # indexing says which folder can't be listed
        ):
            seen = {(kind, path) for kind, path in changes if not self._is_nothing(kind, path)}
            begins = not self._begun
            if begins:
                self._begun = self.stands = True
                self._told = ""
                self._told_of_polling = self._told_of_polling and polling
            if begins or seen:
                self._changed()
            root = _identity(self._folder)
            # Polling looks up every path anew, and not every remote system keeps its inodes.
            if _came_or_went(seen, folders) or (root != folders[str(self._folder)] and not polling):
                return
            # What came between the walk and the watch is not watched; nor is what came without an event.
            if begins or time.monotonic() > look_around:
                look_around = time.monotonic() + LOOK_AROUND
                now = folders_below(self._folder)
                if now.keys() != folders.keys() or (now != folders and not polling):
                    return

    def _is_nothing(self, kind: Change, path: str) -> bool:
        """What is hidden, or behind a link; one to nowhere polling takes for deleted each time that it looks."""
        below = Path(path).relative_to(self._folder).parts  # none for the folder itself, which may be reached by a link
        links = kind is not Change.added and below and Path(path).is_symlink()
        return bool(links) or any(part.startswith(".") for part in below)


def folders_below(folder: Path) -> Folders:
    """The folder and all inside it but hidden ones and links, each with its identity. Raises OSError for itself."""
    found = {str(folder): _identity(folder)}
    waiting = [str(folder)]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                inside = [e for e in entries if _has_watchable_name(e) and e.is_dir(follow_symlinks=False)]
            for entry in inside:
                found[entry.path] = _identity(Path(entry.path))
                waiting.append(entry.path)
        except OSError:  # it is gone again, or may not be listed
            if here == str(folder):
                raise
    return found


def _has_watchable_name(entry: os.DirEntry[str]) -> bool:
    """Not hidden; and watchfiles takes no name that is not UTF-8."""
    return not entry.name.startswith(".") and entry.name == entry.name.encode("utf-8", "ignore").decode("utf-8")


def _came_or_went(changes: Iterable[tuple[Change, str]], folders: Folders) -> bool:
    """Also a folder that was removed and made again within one look, which has lost its watch."""
    return any(
        kind is not Change.modified and (path in folders or (Path(path).is_dir() and not Path(path).is_symlink()))
        for kind, path in changes
    )


def _identity(folder: Path) -> tuple[int, int]:
    """Of what stands there now, wherever a link in its place leads. Raises OSError."""
    status = folder.stat()
    return status.st_dev, status.st_ino


def lies_remote(folders: Folders) -> bool:
    """Whether any of them lies on a disk of which the system tells no changes."""
    try:
        lines = MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # no Linux: then nothing is known of it
        return False
    remote = set()
    for line in lines:  # 36 35 98:0 /root /mnt rw,noatime shared:1 - ext4 /dev/sda rw; proc_pid_mountinfo(5)
        of_mount, _, of_system = line.partition(" - ")
        kind = of_system.split()[0]
        if kind in REMOTE or kind.startswith("fuse."):
            remote.add(of_mount.split()[2])
    return any(f"{os.major(device)}:{os.minor(device)}" in remote for device, _ in folders.values())


def _reason(error: Exception) -> str:
    """Without the list of all folders that watchfiles puts behind it."""
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return said.partition(" about [")[0].rstrip(".")

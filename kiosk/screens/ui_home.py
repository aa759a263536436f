"""The folder that Kivy wants for its configuration: made at the start, gone at the end.

A program that is killed cannot take its folder away, so the next one does. Which folders are in
use is told by a lock on the folder itself: the kernel drops it with the process, however it ends.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "kiosk-ui-"


def make_home() -> Path:
    """A folder of this process, empty; those of dead processes are removed."""
    sweep()
    while True:
        home = Path(tempfile.mkdtemp(prefix=PREFIX))
        held = os.open(home, os.O_RDONLY | os.O_DIRECTORY)  # for the life of the process
        fcntl.flock(held, fcntl.LOCK_EX)
        if home.exists():
            break
        os.close(held)  # another program's sweep came between making and locking
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def sweep() -> None:
    """Remove the folders that nobody holds."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            held = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue  # gone already, or no folder of ours
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(held).st_uid == os.getuid():
                shutil.rmtree(left, ignore_errors=True)
        except OSError:
            pass  # in use
        finally:
            os.close(held)

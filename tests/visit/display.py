"""A display of our own for the visit: Xvfb, 1080 x 1920, reachable by nobody else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SIZE = "1080x1920x24"


@contextmanager
def virtual_display() -> Iterator[str]:
    """The display's name, e.g. ``:7``. Raises RuntimeError when there is no Xvfb or no start."""
    program = shutil.which("Xvfb")
    if program is None:
        raise RuntimeError("Xvfb がありません。sh deploy/bootstrap.sh visit で入ります。")
    reader, writer = os.pipe()
    server = subprocess.Popen(
        [program, "-displayfd", str(writer), "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"],
        pass_fds=[writer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writer)
    with os.fdopen(reader) as answers:
        number = answers.readline().strip()
    if not number:
        server.wait()
        raise RuntimeError("Xvfb が始まりません。")
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()

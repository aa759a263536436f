"""The temporary folder takes what a visit needs for a moment, and has room for it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from kiosk.domain.checks import CheckCode, CheckName
from kiosk.selftest.check import Finding

#: Kivy's own files and the log's last lines; a sheet never touches the disk.
MIN_FREE_BYTES = 64 * 1024 * 1024
_PROBE = b"self-test\n"


class DiskCheck:
    """Writes a few bytes, reads them again, and leaves nothing."""

    name = CheckName.DISK

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or Path(tempfile.gettempdir())

    def run(self) -> Finding:
        try:
            free = shutil.disk_usage(self._folder).free
            with tempfile.TemporaryFile(dir=self._folder) as probe:
                probe.write(_PROBE)
                probe.flush()
                probe.seek(0)
                kept = probe.read() == _PROBE
        except OSError as error:
            return Finding(CheckCode.DISK_UNWRITABLE, type(error).__name__)
        detail = f"{free // (1024 * 1024)} MiB"
        if not kept:
            return Finding(CheckCode.DISK_UNWRITABLE, detail)
        return Finding(CheckCode.DISK_FULL if free < MIN_FREE_BYTES else None, detail)

"""Rows that were read and judged, waiting on disk until the whole file is known to be good.

The file has no name, so nothing of it is left when the process ends, however it ends.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

#: Rows written and inserted at a time; what bounds the memory of a load.
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Prepared:
    """``values``: columns of ledger_entry; ``search``: of ledger_search without its keys."""

    values: dict[str, Any]
    day: int  # order key without the id
    search: dict[str, Any]


class Spool:
    """Written once, read as often as needed."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="daicho-import-")  # noqa: SIM115 - close()
        self._waiting: list[Prepared] = []

    def add(self, one: Prepared) -> None:
        self._waiting.append(one)
        if len(self._waiting) >= BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            pickle.dump(self._waiting, self._file, pickle.HIGHEST_PROTOCOL)
            self._waiting = []

    def batches(self) -> Iterator[list[Prepared]]:
        """Everything added, in batches and in order."""
        self._flush()
        self._file.seek(0)
        while True:
            try:
                # Written by this process into a file that nobody else can open.
                yield pickle.load(self._file)  # noqa: S301
            except EOFError:
                return

    def close(self) -> None:
        self._file.close()

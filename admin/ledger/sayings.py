"""Rows that a report names, however many: the first in memory, the others on disk."""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from admin.ledger.row_check import Refused

#: Rows kept in memory; a file with more mistakes than these is not one that a person reads through.
AT_HAND = 1000


class Sayings:
    """Added to at the end, read in order."""

    def __init__(self) -> None:
        self._first: list[Refused] = []
        self._last: Refused | None = None
        self._count = 0
        self._rest: IO[bytes] | None = None

    def append(self, one: Refused) -> None:
        self._count, self._last = self._count + 1, one
        if len(self._first) < AT_HAND:
            self._first.append(one)
            return
        if self._rest is None:
            self._rest = tempfile.TemporaryFile(prefix="daicho-import-")  # noqa: SIM115
            weakref.finalize(self, self._rest.close)
        self._rest.seek(0, os.SEEK_END)
        pickle.dump((one.line, one.reason, one.sheet), self._rest, pickle.HIGHEST_PROTOCOL)

    def extend(self, more: Iterable[Refused]) -> None:
        for one in more:
            self.append(one)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Refused]:
        yield from self._first
        if self._rest is None:
            return
        self._rest.seek(0)
        for _ in range(self._count - len(self._first)):
            # Written by this process into a file that nobody else can open.
            yield Refused(*pickle.load(self._rest))  # noqa: S301

    def first(self, count: int) -> list[Refused]:
        return list(islice(self, count))

    def __getitem__(self, at: int) -> Refused:
        """From the front, or the last one by -1. Raises IndexError."""
        if at == -1 and self._last is not None:
            return self._last
        for one in islice(self, max(at, 0), None):
            return one
        raise IndexError(at)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sayings | list) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it grows

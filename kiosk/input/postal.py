"""Postal code to address, for all of Japan, from a table on the terminal itself.

Implements kiosk.domain.ports.PostalCodes. The table is held as one text and searched by bisection:
a dictionary of 145,000 codes would cost ten times the memory for a look-up made once a visit.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from kiosk.domain.applicant import normal_postal_code
from kiosk.domain.assets import asset_path
from kiosk.domain.towns import PREFECTURE, WARD


class WardPostalCodes:
    """Addresses of a code: the ward's own first, then as the table has them. Loads on first use."""

    def __init__(self, table: Path | None = None) -> None:
        self._path = table
        self._cities: list[str] | None = None
        self._lines = b""

    def _load(self) -> list[str]:
        if self._cities is None:
            path = self._path or asset_path("towns", "postal_codes.txt.gz")
            head, _, body = gzip.decompress(path.read_bytes()).partition(b"\n\n")
            self._lines = body
            self._cities = head.decode("utf-8").split("\n")
        return self._cities

    def _line(self, code: bytes) -> bytes | None:
        """The line that begins with ``code``, by bisection over the sorted text."""
        low, high = 0, len(self._lines)
        while low < high:
            start = self._lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = self._lines.find(b"\n", start)
            end = len(self._lines) if end < 0 else end
            found = self._lines[start : start + 7]
            if found == code:
                return self._lines[start:end]
            if found < code:
                low = end + 1
            else:
                high = start
        return None

    def addresses(self, postal_code: str) -> list[str]:
        """``132-0021`` in any width -> ``['東京都江戸川区中央']``; [] when it is not known."""
        code = normal_postal_code(postal_code)
        if code is None:
            return []
        cities = self._load()
        line = self._line(code.replace("-", "").encode("ascii"))
        if line is None:
            return []
        found = []
        for cell in line.decode("utf-8").split("\t")[1:]:
            city, _, rest = cell.partition(" ")
            found.append(cities[int(city, 16)] + rest)
        home = PREFECTURE + WARD
        return sorted(found, key=lambda address: not address.startswith(home))

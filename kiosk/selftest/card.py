"""The card reader is there, where cards open the terminal."""

from __future__ import annotations

from kiosk.domain.card import NoReader, NoReaderReason
from kiosk.domain.checks import CheckCode, CheckName
from kiosk.domain.ports import CardReader
from kiosk.selftest.check import Finding

_CODES = {
    NoReaderReason.SERVICE: CheckCode.CARD_SERVICE_DOWN,
    NoReaderReason.READER: CheckCode.CARD_READER_MISSING,
}


class CardReaderCheck:
    """A missing reader is a fault where nobody can open the terminal without one (``needed``);
    where a staff ID does as well it is only told."""

    name = CheckName.CARD

    def __init__(self, reader: CardReader, needed: bool) -> None:
        self._reader = reader
        self._needed = needed

    def run(self) -> Finding:
        seen = self._reader.look()
        if not isinstance(seen, NoReader):
            return Finding()
        code = _CODES[seen.reason]
        return Finding(code, seen.reason.value) if self._needed else Finding(detail=code.value)

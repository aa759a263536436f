"""Commands to a card and its answers: ISO/IEC 7816-4 short APDUs.

Data longer than one command is chained (section 5.1.1.1, CLA bit 5); an answer longer than one is
fetched by GET RESPONSE while the card says 61xx, and asked for again with the right length after
6Cxx (section 5.1.3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

#: Bytes of data in one short command.
CHUNK = 255
#: A certificate of a PIV card is at most 1,856 bytes and its container 1,905 (SP 800-73-4 part 1
#: appendix A); what is longer than this is not for us.
MAX_ANSWER = 8192
OK = 0x9000

#: One APDU to the card and its raw answer. Raises CardGoneError.
Transmit = Callable[[bytes], bytes]


class CardGoneError(Exception):
    """The card does not answer: taken away, reset by somebody else, or broken."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    data: bytes = b""

    @property
    def ok(self) -> bool:
        return self.status == OK


@dataclass(frozen=True, slots=True)
class Command:
    """``answers``: data is expected back (Le)."""

    ins: int
    p1: int
    p2: int
    data: bytes = b""
    answers: bool = False
    cla: int = 0x00


def exchange(transmit: Transmit, command: Command) -> Answer:
    """The whole answer to the whole command. Raises CardGoneError."""
    parts = [
        command.data[at : at + CHUNK] for at in range(0, len(command.data), CHUNK)
    ] or [b""]  # fmt: skip
    for part in parts[:-1]:
        answer = _send(transmit, _apdu(command, part, chained=True))
        if not answer.ok:
            return answer
    last = _apdu(command, parts[-1], chained=False)
    answer = _send(transmit, last)
    if answer.status >> 8 == 0x6C:
        answer = _send(transmit, (last[:-1] if command.answers else last) + _le(answer.status))
    return _rest(transmit, answer)


def _apdu(command: Command, part: bytes, *, chained: bool) -> bytes:
    head = bytes([command.cla | (0x10 if chained else 0), command.ins, command.p1, command.p2])
    body = bytes([len(part)]) + part if part else b""
    return head + body + (b"\x00" if command.answers and not chained else b"")


def without_le(apdu: bytes) -> bytes:
    """The same for protocol T=0, which has no room for Le beside data (ISO/IEC 7816-3 12.2.5)."""
    both = len(apdu) > 6 and len(apdu) == 6 + apdu[4]
    return apdu[:-1] if both else apdu


def _le(status: int) -> bytes:
    return bytes([status & 0xFF])


def _send(transmit: Transmit, apdu: bytes) -> Answer:
    raw = transmit(apdu)
    if len(raw) < 2:
        raise CardGoneError
    return Answer(int.from_bytes(raw[-2:], "big"), raw[:-2])


def _rest(transmit: Transmit, answer: Answer) -> Answer:
    data = answer.data
    while answer.status >> 8 == 0x61:
        answer = _send(transmit, bytes([0x00, 0xC0, 0x00, 0x00]) + _le(answer.status))
        data += answer.data
        if len(data) > MAX_ANSWER or (not answer.data and answer.status >> 8 == 0x61):
            raise CardGoneError  # it would go on for ever
    return Answer(answer.status, data)

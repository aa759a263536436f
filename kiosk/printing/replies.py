"""What a printer sends back, taken apart: frames we asked for, and loose status bytes."""

from __future__ import annotations

from typing import Final

from kiosk.domain.ports import Clock
from kiosk.printing.transport import LinkFault, Transport, Written

#: A single wait for bytes; between two of them the caller's deadline is looked at.
READ_SLICE_S: Final = 0.2
#: Leftovers are collected with this wait, the shortest a host controller does reliably.
DRAIN_SLICE_S: Final = 0.002
DRAIN_READS: Final = 64
#: A read that came back empty before its time (a packet of no bytes) must not spin.
EMPTY_PAUSE_S: Final = 0.005
#: Transfers in a row that moved nothing (one second each) before a device counts as stuck.
STUCK_AFTER: Final = 10

_MARK_HEAD: Final = b"\x37\x22"
_CLEAR_HEAD: Final = b"\x37\x25"
_COUNTER_HEAD: Final = b"\x5f"
_CUSTOM_HEAD: Final = b"\x10\x0f"
_COUNTER_MOST: Final = 12  # header, ten digits, NUL
AUTO_STATUS: Final = 4


class ReplyStream:
    """Asks and listens on one transport. Bytes are sorted once, whoever waits for them.

    ``auto_status``: the device may send Epson's four bytes of automatic status unasked (GS a);
    they are told apart from answers by their fixed bits and dropped, for the status is asked for.
    """

    def __init__(self, transport: Transport, clock: Clock, auto_status: bool = False) -> None:
        self._transport = transport
        self._clock = clock
        self._auto_status = auto_status
        self._owed = 0  # bytes of answers that did not come in their time, and may come yet
        self._raw = b""
        self._frames: list[bytes] = []
        self._loose = b""
        self.fault: LinkFault | None = None

    def send(self, data: bytes, until: float) -> Written:
        """All of it, or how much is known to have arrived and why not more.

        A device that holds us off (no error, nothing moves) is offered the rest again, up to
        ``STUCK_AFTER`` times and ``until`` on the monotonic clock.
        """
        done = idle = 0
        while done < len(data):
            written = self._transport.write(data[done:])
            done += written.count
            idle = 0 if written.count else idle + 1
            if written.fault is None:
                continue
            late = idle >= STUCK_AFTER or self._clock.monotonic() >= until
            if late or written.fault is not LinkFault.TIMED_OUT:
                return Written(done, written.fault)
        return Written(done)

    def forget(self) -> None:
        """Drop everything that came, so that the next answer is the answer to the next question."""
        self.forget_status()
        self._raw = b""
        self._frames.clear()

    def forget_status(self, late_until: float = 0.0) -> None:
        """Drop status bytes that came unasked; frames, whole or half, are still waited for.

        An answer that is still owed is waited for until ``late_until``, once: coming after the
        next question it would be taken for that one's.
        """
        for _ in range(DRAIN_READS):
            if not self._listen(DRAIN_SLICE_S):
                break
        while len(self._loose) < self._owed and self._wait(late_until):
            pass
        self._owed = 0
        self._loose = b""

    def loose(self, length: int, until: float) -> bytes:
        """``length`` status bytes, or as many as came until then."""
        while len(self._loose) < length and self._wait(until):
            pass
        taken, self._loose = self._loose[:length], self._loose[length:]
        self._owed += length - len(taken)
        return taken

    def surplus(self) -> bytes:
        """Status bytes beyond the answers that were asked for: nobody knows whose they are."""
        self._listen(DRAIN_SLICE_S)
        return self._loose

    def frame(self, wanted: bytes, until: float) -> bool:
        """True once exactly this frame has come."""
        while wanted not in self._frames:
            if not self._wait(until):
                return False
        self._frames.remove(wanted)
        return True

    def counter(self, until: float) -> int | None:
        """The number in the next counter frame."""
        while True:
            for frame in self._frames:
                if frame.startswith(_COUNTER_HEAD):
                    self._frames.remove(frame)
                    digits = frame[1:-1]
                    return int(digits) if digits.isdigit() else None
            if not self._wait(until):
                return None

    def _wait(self, until: float) -> bool:
        """Listen for a slice; False when the time is over or the link is gone."""
        left = until - self._clock.monotonic()
        if left <= 0 or self.fault is not None:
            return False
        before = self._clock.monotonic()
        if not self._listen(min(left, READ_SLICE_S)) and self._clock.monotonic() == before:
            self._clock.sleep(min(left, EMPTY_PAUSE_S))
        return True

    def _listen(self, seconds: float) -> bool:
        received = self._transport.read(seconds)
        self.fault = received.fault
        self._raw += received.data
        self._sort()
        return bool(received.data)

    def _sort(self) -> None:
        while self._raw:
            length = _auto_status_length(self._raw) if self._auto_status else None
            if length:
                self._raw = self._raw[length:]
                continue
            length = _frame_length(self._raw) if length is None else length
            if length == 0:
                return  # the rest of this frame has not come yet
            piece, self._raw = self._raw[:length], self._raw[length:]
            if length > 1 and not piece.startswith(_CUSTOM_HEAD):
                self._frames.append(piece)
            else:
                self._loose += piece


def _frame_length(raw: bytes) -> int:
    """Bytes of the frame at the start of ``raw``; 1 for a loose byte, 0 if more is to come."""
    for head, length in ((_MARK_HEAD, 7), (_CLEAR_HEAD, 3), (_CUSTOM_HEAD, 6)):
        if raw.startswith(head):
            return length if len(raw) >= length else 0
        if len(raw) == 1 and head.startswith(raw):
            return 0
    if raw.startswith(_COUNTER_HEAD):
        end = raw.find(b"\x00", 0, _COUNTER_MOST)
        if end > 0:
            return end + 1
        return 1 if len(raw) >= _COUNTER_MOST else 0
    return 1


def _auto_status_length(raw: bytes) -> int | None:
    """4 if an automatic status begins ``raw``, 0 if it may and more is to come, None if not.

    Epson, GS a: bits 0, 1, 4, 7 of the first byte are 0, 0, 1, 0 (of an asked one 0, 1, 1, 0), bits
    4 and 7 of the three others are clear.
    """
    if raw[0] & 0x93 != 0x10 or any(byte & 0x90 for byte in raw[1:AUTO_STATUS]):
        return None
    return AUTO_STATUS if len(raw) >= AUTO_STATUS else 0

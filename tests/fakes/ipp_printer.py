"""A page printer that speaks IPP on a fake clock, with a parser of its own (RFC 8010).

A job is a document that arrives piece by piece and four steps of paper; what happens at which of
these is up to the test. It keeps what it has until it is printed, cancelled or switched off.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kiosk.domain.ports import Clock
from kiosk.printing.ipp_client import Failure, IppFault

STEPS_PER_PAGE = 2
ENDED = (7, 8, 9)


@dataclass
class FakeJob:
    number: int
    name: str
    user: str
    state: int = 4  # held for its document
    pages: int = 0
    steps: int = 0
    since: float = 0.0
    document: bytes = field(default=b"", repr=False)
    counted: int = 0


class FakeIppPrinter:
    """``ipp_client.Http``. ``sheets`` are (job name, page) of every page on paper."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.plugged = True
        self.muted = self.garbled = self.lying = False
        self.reasons: set[str] = set()
        self.step_s = 1.0
        self.jobs: list[FakeJob] = []
        self.sheets: list[tuple[str, int]] = []
        self.cancelled: list[str] = []
        self.received = bytearray()  # of documents
        self.points = 0  # pieces of documents and steps of paper begun
        self.fired: list[int] = []
        self.cycles = 0
        self._hooks: dict[int, Callable[[], None]] = {}
        self._next = 1

    def at_point(self, point: int, action: Callable[[], None]) -> None:
        self._hooks[point] = action

    def power_cycle(self) -> None:
        self.jobs.clear()
        self.cycles += 1

    def close(self) -> None:
        pass

    def post(self, body: Iterator[bytes], length: int, timeout_s: float) -> bytes | Failure:
        self._work()
        if not self.plugged:
            return Failure(IppFault.OFFLINE)
        head, cycles = next(body), self.cycles
        got, sent = bytearray(), len(head)
        for piece in body:
            sent += len(piece)
            self._point()
            if not self.plugged or self.cycles != cycles:
                return Failure(IppFault.OFFLINE)
            got += piece
            self.received += piece
        assert sent == length
        answer = self._answer(head, bytes(got))
        if self.muted:
            self.clock.sleep(timeout_s)
            self._work()
            return Failure(IppFault.TIMED_OUT)
        return b"HTTP?" if self.garbled else answer

    def _point(self) -> None:
        number, self.points = self.points, self.points + 1
        if number in self._hooks:
            self.fired.append(number)
            self._hooks.pop(number)()

    def _work(self) -> None:
        """Paper moves as time passed since last time, step by step."""
        for job in self.jobs:
            while job.state == 5 and not self.reasons:
                if self.lying:
                    job.state = 9
                    return
                if self.clock.monotonic() < job.since + self.step_s:
                    return
                job.since += self.step_s
                self._step(job)

    def _step(self, job: FakeJob) -> None:
        job.steps += 1
        if job.steps % STEPS_PER_PAGE == 0:
            job.counted += 1
            self.sheets.append((job.name, job.counted))
        if job.counted == job.pages:
            job.state = 9
        else:
            self._point()

    # What the wire says.

    def _answer(self, head: bytes, document: bytes) -> bytes:
        operation, number = struct.unpack_from(">HI", head, 2)
        asked = _parse(head)
        if operation == 0x000B:
            return _message(0, number, 4, [self._printer()])
        if operation == 0x000A:
            return _message(
                0, number, 2, [_job(job) for job in self.jobs if job.state not in ENDED]
            )
        if operation == 0x0005:
            job = FakeJob(
                self._next, asked["job-name"].decode(), asked["requesting-user-name"].decode()
            )
            self._next += 1
            self.jobs.append(job)
            return _message(0, number, 2, [_job(job)])
        found = [j for j in self.jobs if j.number == int.from_bytes(asked["job-id"], "big")]
        if not found:
            return _message(0x0406, number, 5, [])
        return self._about(operation, number, found[0], document)

    def _about(self, operation: int, number: int, job: FakeJob, document: bytes) -> bytes:
        if operation == 0x0006:
            job.document, job.pages = document, document.count(b"PwgRaster")
            job.state, job.since = 5, self.clock.monotonic()
            self._point()
        elif operation == 0x0008:
            if job.state in ENDED:
                return _message(0x0404, number, 5, [])
            job.state = 7
            self.cancelled.append(job.name)
        return _message(0, number, 2, [_job(job)])

    def _printer(self) -> list[tuple[int, str, list[bytes]]]:
        waiting = [job for job in self.jobs if job.state not in ENDED]
        state = 5 if self.reasons else 4 if waiting else 3
        words = [f"{word}-error".encode() for word in sorted(self.reasons)] or [b"none"]
        operations = [_int(code) for code in (2, 5, 6, 8, 9, 10, 11)]
        return [
            (0x23, "printer-state", [_int(state)]),
            (0x44, "printer-state-reasons", words),
            (0x22, "printer-is-accepting-jobs", [b"\1"]),
            (0x21, "queued-job-count", [_int(len(waiting))]),
            (0x41, "printer-make-and-model", ["Mihon A4 (見本)".encode()]),
            (0x23, "operations-supported", operations),
            (0x49, "document-format-supported", [b"image/pwg-raster"]),
            (0x44, "pwg-raster-document-type-supported", [b"black_1", b"sgray_8"]),
            (0x32, "pwg-raster-document-resolution-supported", [_int(203) + _int(203) + b"\3"]),
        ]


def _int(value: int) -> bytes:
    return struct.pack(">i", value)


def _job(job: FakeJob) -> list[tuple[int, str, list[bytes]]]:
    return [
        (0x21, "job-id", [_int(job.number)]),
        (0x42, "job-name", [job.name.encode()]),
        (0x42, "job-originating-user-name", [job.user.encode()]),
        (0x23, "job-state", [_int(job.state)]),
        (0x44, "job-state-reasons", [b"job-completed-successfully" if job.state == 9 else b"none"]),
        (0x21, "job-impressions-completed", [_int(job.counted)]),
    ]


def _message(
    code: int, number: int, group: int, groups: list[list[tuple[int, str, list[bytes]]]]
) -> bytes:
    out = struct.pack(">HHI", 0x0200, code, number) + b"\1"
    out += b"\x47\0\x12attributes-charset\0\5utf-8"
    for attributes in groups:
        out += bytes([group])
        for tag, name, values in attributes:
            for index, value in enumerate(values):
                word = b"" if index else name.encode()
                out += bytes([tag]) + struct.pack(">H", len(word)) + word
                out += struct.pack(">H", len(value)) + value
    return out + b"\3"


def _parse(head: bytes) -> dict[str, bytes]:
    """First values by name; order and delimiters are checked no further."""
    found: dict[str, bytes] = {}
    at = 8
    while head[at] != 3:
        if head[at] < 0x10:
            at += 1
            continue
        (size,) = struct.unpack_from(">H", head, at + 1)
        name = head[at + 3 : at + 3 + size].decode()
        at += 3 + size
        (length,) = struct.unpack_from(">H", head, at)
        if name:
            found[name] = head[at + 2 : at + 2 + length]
        at += 2 + length
    assert at == len(head) - 1
    return found

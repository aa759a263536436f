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
        # Habits of other printers, the usual one first.
        self.formats = [b"image/pwg-raster"]
        self.operations = (2, 5, 6, 8, 9, 10, 11)
        self.versions = (b"\2\0", b"\1\1")
        self.asked_in: list[bytes] = []  # versions of the requests
        self.holds = False  # every job waits for somebody at the panel
        self.substitutes = b""  # an attribute that it takes and does not heed
        self.refuses = 0  # status code of Validate-Job and Print-Job
        self.loses: set[int] = set()  # operations that it does and whose answer is lost
        self.name_most = 255  # octets of a job's name that it keeps
        self.says: dict[str, tuple[int, list[bytes]]] = {}  # more printer attributes
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
        if self.muted or struct.unpack_from(">H", head, 2)[0] in self.loses:
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
        self.asked_in.append(head[:2])
        if head[:2] not in self.versions:
            return _message(0x0503, number, 5, [])
        if operation == 0x000B:
            return _message(0, number, 4, [self._printer()])
        if operation == 0x000A:
            return _message(
                0, number, 2, [_job(job) for job in self.jobs if job.state not in ENDED]
            )
        if operation in (0x0002, 0x0004) and self.refuses:
            return _message(self.refuses, number, 5, [])
        if operation == 0x0004:
            return self._made(number, [])
        if operation in (0x0002, 0x0005):
            name = asked["job-name"][: self.name_most].decode()
            job = FakeJob(self._next, name, asked["requesting-user-name"].decode())
            self._next += 1
            self.jobs.append(job)
            if operation == 0x0002:
                self._begin(job, document)
            return self._made(number, [_job(job)])
        found = [j for j in self.jobs if j.number == int.from_bytes(asked["job-id"], "big")]
        if not found:
            return _message(0x0406, number, 5, [])
        return self._about(operation, number, found[0], document)

    def _made(self, number: int, jobs: list[list[tuple[int, str, list[bytes]]]]) -> bytes:
        if not self.substitutes:
            return _message(0, number, 2, jobs)
        unsupported = [[(0x10, self.substitutes.decode(), [b""])]]
        return _message(1, number, 5, unsupported)[:-1] + _message(1, number, 2, jobs)[37:]

    def _begin(self, job: FakeJob, document: bytes) -> None:
        job.document, job.pages = document, document.count(b"PwgRaster") + document.count(b"/page")
        job.state, job.since = 4 if self.holds else 5, self.clock.monotonic()
        self._point()

    def _about(self, operation: int, number: int, job: FakeJob, document: bytes) -> bytes:
        if operation == 0x0006:
            self._begin(job, document)
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
        operations = [_int(code) for code in self.operations]
        more = [(tag, name, values) for name, (tag, values) in self.says.items()]
        usual: list[tuple[int, str, list[bytes]]] = [
            (0x23, "printer-state", [_int(state)]),
            (0x44, "printer-state-reasons", words),
            (0x22, "printer-is-accepting-jobs", [b"\1"]),
            (0x21, "queued-job-count", [_int(len(waiting))]),
            (0x41, "printer-make-and-model", ["Mihon A4 (見本)".encode()]),
            (0x23, "operations-supported", operations),
            (0x49, "document-format-supported", self.formats),
            (0x44, "pwg-raster-document-type-supported", [b"black_1", b"sgray_8"]),
            (0x32, "pwg-raster-document-resolution-supported", [_int(203) + _int(203) + b"\3"]),
        ]
        return [one for one in usual if one[1] not in self.says] + more


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

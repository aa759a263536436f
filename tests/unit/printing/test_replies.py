"""Whatever bytes come back: never "well" unless every answer has the documented shape."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.domain.printer import PrinterReason, PrinterState
from kiosk.printing.escpos_commands import mark_answer
from kiosk.printing.replies import ReplyStream
from kiosk.printing.status import CUSTOM_FULL, EPSON, STAR, StatusTable, read_status, star_counter
from kiosk.printing.transport import DeviceNames, LinkFault, Received, Written
from tests.unit.printing.fake_clock import FakeClock

TABLES = st.sampled_from([EPSON, CUSTOM_FULL, STAR])
#: Bytes that look like the beginning of something are tried more often.
BYTES = st.one_of(
    st.binary(max_size=12),
    st.lists(
        st.sampled_from(
            [b"\x12", b"\x16", b"\x10\x0f", b"\x23\x06", b'7"', b"7%\x00", b"_", b"\x10"]
        ),
        max_size=6,
    ).map(b"".join),
)
WELL = (PrinterState.IDLE, PrinterState.BUSY)


@given(TABLES, st.lists(BYTES, max_size=6))
def test_garbage_is_never_well(table: StatusTable, replies: list[bytes]) -> None:
    status = read_status(table, replies)
    shaped = len(replies) == len(table.queries) and all(
        query.well_formed(reply) for query, reply in zip(table.queries, replies, strict=True)
    )
    assert (status.state is PrinterState.UNKNOWN) is not shaped
    if not shaped:
        assert not status.ready
        assert status.reasons & {PrinterReason.NO_ANSWER, PrinterReason.GARBLED_ANSWER}


@given(st.lists(st.integers(0, 255), min_size=4, max_size=4))
def test_an_epson_that_is_ready_has_every_bit_of_trouble_clear(answers: list[int]) -> None:
    """The bits by hand, from the guide's tables of DLE EOT 1 to 4."""
    status = read_status(EPSON, [bytes([byte]) for byte in answers])
    one, two, three, four = answers
    shaped = all(byte & 0x93 == 0x12 for byte in answers)
    trouble = one & 0x08 or two & 0x6C or three & 0x6C or four & 0x60
    assert status.ready is (shaped and not trouble)


@given(st.binary(min_size=4, max_size=4))
def test_a_custom_that_is_ready_has_paper_and_its_cover_shut(rest: bytes) -> None:
    status = read_status(CUSTOM_FULL, [b"\x10\x0f" + rest])
    paper, user, recoverable, fatal = rest
    clear = not (paper & 0x21 or user & 0x0B or recoverable & 0xED or fatal)
    assert status.ready is clear


@given(st.text(max_size=40))
def test_a_counter_is_read_from_a_status_only(raw: str) -> None:
    count = star_counter(raw)
    assert count is None or 0 <= count < 32


class Wire:
    """Everything that was sent back, in the pieces in which it came."""

    def __init__(self, pieces: list[bytes], clock: FakeClock) -> None:
        self._pieces = list(pieces)
        self._clock = clock
        self.connected = True

    def open(self) -> LinkFault | None:
        return None

    def names(self) -> DeviceNames:
        return DeviceNames("見本")

    def write(self, data: bytes) -> Written:
        return Written(len(data))

    def read(self, timeout_s: float) -> Received:
        if not self._pieces:
            self._clock.sleep(timeout_s)
        return Received(self._pieces.pop(0) if self._pieces else b"")

    def close(self) -> None:
        pass


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    pieces = []
    for size in sizes:
        pieces.append(data[:size])
        data = data[size:]
    return [*pieces, data]


WORD = b"A1b2"


@given(BYTES, BYTES, st.lists(st.integers(0, 5), max_size=8), st.booleans())
@example(b"\x10", b"", [1, 1, 1], True)
def test_a_mark_is_heard_only_if_it_was_sent(
    before: bytes, after: bytes, sizes: list[int], auto: bool
) -> None:
    clock = FakeClock()
    silent = ReplyStream(Wire(cut(before + after, sizes), clock), clock, auto)
    heard = silent.frame(mark_answer(WORD), clock.monotonic() + 1)
    assert heard is (mark_answer(WORD) in before + after)


@given(st.lists(st.integers(0, 8), max_size=12), st.integers(0, 9_999_999_999), st.booleans())
def test_marks_counts_and_status_are_told_apart_in_any_pieces(
    sizes: list[int], count: int, auto: bool
) -> None:
    clock = FakeClock()
    said = b"\x12" + mark_answer(WORD) + b"\x16" + b"_%d\x00" % count + b"\x12"
    stream = ReplyStream(Wire(cut(said, sizes), clock), clock, auto)
    until = clock.monotonic() + 5
    assert stream.counter(until) == count
    assert stream.frame(mark_answer(WORD), until)
    assert stream.loose(3, until) == b"\x12\x16\x12"


@given(BYTES, st.lists(st.integers(0, 5), max_size=8))
def test_no_reply_keeps_it_waiting_for_ever(said: bytes, sizes: list[int]) -> None:
    clock = FakeClock()
    stream = ReplyStream(Wire(cut(said, sizes), clock), clock, auto_status=True)
    begun = clock.monotonic()
    stream.counter(begun + 1)
    stream.forget()
    stream.loose(9, begun + 2)
    stream.forget_status(begun + 3)
    assert clock.monotonic() <= begun + 3.5

"""Each check alone: well, and in every way in which it can fail."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from kiosk.domain.certificate import DrawnCertificate, DrawRefusal, FormIdentity, MissingGlyph
from kiosk.domain.checks import PRINTER_CODES, CheckCode
from kiosk.domain.ledger import Category
from kiosk.domain.ports import SectionServer, ServerFault, ServerHello
from kiosk.domain.printer import (
    NO_ANSWER,
    OFFLINE,
    ModelFit,
    PrinterReason,
    PrinterState,
    PrinterStatus,
)
from kiosk.selftest.check import Check, Finding
from kiosk.selftest.clock import MAX_CALL_S, MAX_OFFSET, ClockCheck
from kiosk.selftest.disk import MIN_FREE_BYTES, DiskCheck
from kiosk.selftest.display import DisplayCheck, DisplaySize
from kiosk.selftest.form import FontsCheck, FormCheck
from kiosk.selftest.greeting import Greeting
from kiosk.selftest.printer import PaperCheck, PrinterCheck
from kiosk.selftest.server import Own, RecoveryCheck, ServerCheck
from kiosk.selftest.unusable_form import UnusableForm
from tests.fakes.clock import START, FakeClock
from tests.fakes.printer import EMPTY, READY, FakePrinter
from tests.fakes.sheet_maker import FORM, FakeSheetMaker

OWN = Own("terminal-1", 1, "build-a")
HELLO = ServerHello(
    contract=1, build="build-a", form=FORM, now=START, terminal="terminal-1",
    terminal_label="見本の端末", accepting=True, production=False, data_as_of="2026-04-01",
    open_issue=False,
)  # fmt: skip
FAULT = ServerFault("offline", sent=False)


class Hello:
    """A server that only greets."""

    def __init__(self, answer: ServerHello | ServerFault, during: Callable[[], None]) -> None:
        self.answer, self.during, self.asked = answer, during, 0

    def hello(self) -> ServerHello | ServerFault:
        self.asked += 1
        self.during()
        return self.answer


def greeting(
    answer: ServerHello | ServerFault = HELLO,
    clock: FakeClock | None = None,
    during: Callable[[], None] = lambda: None,
) -> Greeting:
    return Greeting(cast(SectionServer, Hello(answer, during)), clock or FakeClock())


def found(check: Check) -> CheckCode | None:
    return check.run().code


# --- printer and paper --------------------------------------------------------------------------


def status(state: PrinterState, *reasons: PrinterReason) -> PrinterStatus:
    return PrinterStatus(state, frozenset(reasons))


STOPPED, IDLE = PrinterState.STOPPED, PrinterState.IDLE
LOW = status(IDLE, PrinterReason.MEDIA_LOW)


@pytest.mark.parametrize("said", [READY, LOW, EMPTY])
def test_a_printer_that_answers_well_is_ok_whatever_its_paper(said: PrinterStatus) -> None:
    assert PrinterCheck(FakePrinter(state=said)).run().ok


@pytest.mark.parametrize("reason", sorted(PRINTER_CODES))
def test_every_reason_has_its_own_code(reason: PrinterReason) -> None:
    for state in (STOPPED, IDLE, PrinterState.UNKNOWN):
        check = PrinterCheck(FakePrinter(state=status(state, reason)))
        assert found(check) is PRINTER_CODES[reason]


@pytest.mark.parametrize(
    "said",
    [status(STOPPED), status(PrinterState.BUSY), status(PrinterState.UNKNOWN),
     status(PrinterState.OFFLINE), status(PrinterState.UNKNOWN, PrinterReason.MEDIA_EMPTY)],
)  # fmt: skip
def test_a_printer_that_gives_no_reason_is_not_ready(said: PrinterStatus) -> None:
    assert found(PrinterCheck(FakePrinter(state=said))) is CheckCode.PRINTER_NOT_READY


def test_what_a_hand_does_first_is_told_first() -> None:
    both = status(STOPPED, PrinterReason.CUTTER_ERROR, PrinterReason.COVER_OPEN)
    assert found(PrinterCheck(FakePrinter(state=both))) is CheckCode.PRINTER_COVER_OPEN


@pytest.mark.parametrize("said", [READY, EMPTY, status(STOPPED, PrinterReason.OWN_JOB)])
def test_a_printer_that_answers_as_another_model_is_told_before_all_else(
    said: PrinterStatus,
) -> None:
    finding = PrinterCheck(FakePrinter(state=said, fit=ModelFit.DIFFERS)).run()
    assert finding.code is CheckCode.PRINTER_MODEL
    assert finding.detail.endswith("fake")


def test_a_printer_that_nobody_looked_into_is_not_ready_though_it_says_so() -> None:
    assert found(PrinterCheck(FakePrinter(fit=ModelFit.NOT_ASKED))) is CheckCode.PRINTER_NOT_READY
    assert PrinterCheck(FakePrinter(state=EMPTY, fit=ModelFit.NOT_ASKED)).run().ok


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (READY, None),
        (LOW, None),
        (EMPTY, CheckCode.PAPER_EMPTY),
        (status(STOPPED, PrinterReason.COVER_OPEN), None),
        (OFFLINE, CheckCode.PAPER_UNKNOWN),
        (NO_ANSWER, CheckCode.PAPER_UNKNOWN),
        (status(PrinterState.BUSY, PrinterReason.OTHER_JOB), CheckCode.PAPER_UNKNOWN),
    ],
)
def test_paper(said: PrinterStatus, code: CheckCode | None) -> None:
    assert found(PaperCheck(FakePrinter(state=said))) is code


# --- server and recovery ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HELLO, None),
        (FAULT, CheckCode.SERVER_UNHEARD),
        (ServerFault("timeout", sent=True), CheckCode.SERVER_UNHEARD),
        (ServerFault("garbled", sent=True), CheckCode.SERVER_UNHEARD),
        (ServerFault("unknown_terminal", sent=True), CheckCode.SERVER_REFUSED),
        (ServerFault("signature", sent=True), CheckCode.SERVER_REFUSED),
        (replace(HELLO, contract=2), CheckCode.SERVER_CONTRACT),
        (replace(HELLO, build="build-b"), CheckCode.SERVER_BUILD),
        (replace(HELLO, build=""), CheckCode.SERVER_BUILD),
        (replace(HELLO, terminal="terminal-2"), CheckCode.SERVER_OTHER_TERMINAL),
    ],
)
def test_the_handshake(answer: ServerHello | ServerFault, code: CheckCode | None) -> None:
    assert found(ServerCheck(greeting(answer), OWN)) is code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HELLO, None),
        (replace(HELLO, open_issue=True), CheckCode.RECOVERY_OPEN_ISSUE),
        (FAULT, CheckCode.RECOVERY_UNKNOWN),
    ],
)
def test_nothing_is_left_open(answer: ServerHello | ServerFault, code: CheckCode | None) -> None:
    assert found(RecoveryCheck(greeting(answer))) is code


def test_all_checks_of_one_self_test_hear_one_greeting() -> None:
    server = Hello(HELLO, lambda: None)
    heard = Greeting(cast(SectionServer, server), FakeClock())
    for check in (ServerCheck(heard, OWN), RecoveryCheck(heard), ClockCheck(heard)):
        assert check.run().ok
    assert server.asked == 1


# --- form and fonts -----------------------------------------------------------------------------

REAL = replace(FORM, sample=False)


@pytest.mark.parametrize(
    ("own", "theirs", "production", "server_production", "code"),
    [
        (FORM, FORM, False, False, None),
        (REAL, REAL, True, True, None),
        (FORM, FORM, True, False, CheckCode.FORM_SAMPLE),
        (FORM, FORM, False, True, CheckCode.FORM_SAMPLE),
        (FORM, replace(FORM, version="2"), False, False, CheckCode.FORM_DIFFERS),
        (FORM, replace(FORM, sha256="0" * 64), False, False, CheckCode.FORM_DIFFERS),
        (FORM, REAL, True, True, CheckCode.FORM_DIFFERS),
    ],
)
def test_the_form_is_the_servers_own_and_no_sample_in_production(
    own: FormIdentity,
    theirs: FormIdentity,
    production: bool,
    server_production: bool,
    code: CheckCode | None,
) -> None:
    hello = replace(HELLO, form=theirs, production=server_production)
    assert found(FormCheck(greeting(hello), FakeSheetMaker(own), production)) is code


@pytest.mark.parametrize(
    ("made_for", "dpi", "production", "code"),
    [
        ({203}, 203, True, None),
        ({300}, 600, True, None),  # each dot is four
        ({203, 300}, 203, True, CheckCode.FORM_OTHER_HEAD),
        ({203}, 300, True, CheckCode.FORM_OTHER_HEAD),
        ({203}, 204, True, CheckCode.FORM_OTHER_HEAD),
        ({203}, 300, False, None),  # a demo may
        (set(), 300, True, None),
        ({203}, 0, True, None),
    ],
)
def test_the_ground_is_made_for_the_head_in_production(
    made_for: set[int], dpi: int, production: bool, code: CheckCode | None
) -> None:
    maker = FakeSheetMaker(REAL)
    maker.made_for = frozenset(made_for)
    hello = replace(HELLO, form=REAL)
    assert found(FormCheck(greeting(hello), maker, production, dpi)) is code


def test_a_form_that_cannot_be_compared_has_failed() -> None:
    check = FormCheck(greeting(FAULT), FakeSheetMaker(), production=False)
    assert found(check) is CheckCode.FORM_NOT_COMPARED


def test_a_form_that_could_not_be_read_fails_both_checks_and_says_why() -> None:
    maker = UnusableForm("ledger-certificate", "font_missing")
    assert found(FormCheck(greeting(), maker, production=False)) is CheckCode.FORM_DIFFERS
    assert FontsCheck(maker).run() == Finding(CheckCode.FONTS_NOT_DRAWN, "font_missing")
    with pytest.raises(ValueError, match="no form"):
        maker.preview_png(b"", 100)


class Drawing(FakeSheetMaker):
    """Gives the answer of a test for the specimen's drawing."""

    def __init__(self, answer: DrawnCertificate | DrawRefusal) -> None:
        super().__init__()
        self.answer = answer

    def draw(self, *_: Any) -> DrawnCertificate | DrawRefusal:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (DrawnCertificate(b"%PDF", "0" * 64, 1), None),
        (DrawnCertificate(b"", "0" * 64, 1), CheckCode.FONTS_NOT_DRAWN),
        (DrawnCertificate(b"%PDF", "0" * 64, 0), CheckCode.FONTS_NOT_DRAWN),
        (DrawRefusal("form_invalid"), CheckCode.FONTS_NOT_DRAWN),
        (
            DrawRefusal("missing_glyph", (MissingGlyph("owner", "U+9AD9"),)),
            CheckCode.FONTS_MISSING,
        ),
    ],
)
def test_the_specimen_is_drawn_whole(
    answer: DrawnCertificate | DrawRefusal, code: CheckCode | None
) -> None:
    assert found(FontsCheck(Drawing(answer))) is code


def test_the_specimen_is_never_a_certificate() -> None:
    maker = FakeSheetMaker()
    assert FontsCheck(maker).run().ok
    assert maker.drawn == [None] * len(Category)  # each 区分 may have a form of its own


# --- clock, display, disk -----------------------------------------------------------------------

JUST = MAX_OFFSET
OVER = MAX_OFFSET + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("offset", "code"),
    [
        (timedelta(0), None), (JUST, None), (-JUST, None),
        (OVER, CheckCode.CLOCK_WRONG), (-OVER, CheckCode.CLOCK_WRONG),
        (timedelta(days=365), CheckCode.CLOCK_WRONG), (timedelta(hours=-9), CheckCode.CLOCK_WRONG),
    ],
)  # fmt: skip
def test_the_clock_goes_with_the_servers(offset: timedelta, code: CheckCode | None) -> None:
    clock = FakeClock()
    clock.set_wall(START + offset)
    assert found(ClockCheck(greeting(clock=clock))) is code


def test_half_of_the_way_is_taken_off() -> None:
    clock = FakeClock()
    late = greeting(replace(HELLO, now=START + timedelta(seconds=4)), clock, lambda: clock.sleep(8))
    assert ClockCheck(late).run() == Finding(detail="+0.0 s")


def test_a_greeting_that_took_too_long_says_nothing_of_the_time() -> None:
    clock = FakeClock()
    slow = greeting(clock=clock, during=lambda: clock.sleep(MAX_CALL_S + 0.1))
    assert found(ClockCheck(slow)) is CheckCode.CLOCK_NOT_COMPARED


def test_a_clock_without_a_server_is_not_ok() -> None:
    assert found(ClockCheck(greeting(FAULT))) is CheckCode.CLOCK_NOT_COMPARED


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (DisplaySize(1080, 1920), None),
        (DisplaySize(1920, 1080), None),
        (DisplaySize(720, 1280), None),
        (DisplaySize(719, 1920), CheckCode.DISPLAY_SMALL),
        (DisplaySize(1080, 1279), CheckCode.DISPLAY_SMALL),
        (DisplaySize(0, 0), CheckCode.DISPLAY_SMALL),
        (None, CheckCode.DISPLAY_UNKNOWN),
    ],
)
def test_the_display(size: DisplaySize | None, code: CheckCode | None) -> None:
    assert found(DisplayCheck(lambda: size)) is code


def test_the_disk_is_tried_and_nothing_is_left(tmp_path: Path) -> None:
    assert DiskCheck(tmp_path).run().ok
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_cannot_be_written(tmp_path: Path) -> None:
    assert found(DiskCheck(tmp_path / "gone")) is CheckCode.DISK_UNWRITABLE


@pytest.mark.parametrize(("free", "full"), [(MIN_FREE_BYTES, False), (MIN_FREE_BYTES - 1, True)])
def test_a_disk_without_room(
    free: int, full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert found(DiskCheck(tmp_path)) is (CheckCode.DISK_FULL if full else None)

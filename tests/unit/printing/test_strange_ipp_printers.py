"""IPP printers with other habits: older, poorer, or set otherwise than a certificate needs."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from kiosk.domain.checks import CheckCode
from kiosk.domain.printer import (
    OTHER_MEDIA,
    ClearState,
    ModelFit,
    NotStarted,
    Printed,
    PrinterReason,
    PrinterState,
    PrintFault,
    PrintOutcome,
    PrintUnknown,
)
from kiosk.printing.ipp_client import Failure, IppFault
from kiosk.printing.ipp_printer import IppPrinter
from kiosk.selftest.printer import PaperCheck
from tests.unit.printing.sheets import SmallSheets
from tests.unit.printing.test_fault_table_ipp import KINDS, OWNER, PAGES, Bench

KEYWORD, ENUM, BOOLEAN = 0x44, 0x23, 0x22
TIMED_OUT = Failure(IppFault.TIMED_OUT)
CREATE, PRINT, SEND, JOBS = 0x0005, 0x0002, 0x0006, 0x000A


@pytest.mark.parametrize("kind", KINDS)
def test_a_printer_of_ipp_1_1_is_spoken_to_in_1_1(kind: str) -> None:
    bench = Bench(kind)
    bench.device.versions = (b"\1\1",)
    assert bench.printer.status().ready
    outcome = bench.print()
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed == PAGES
    assert bench.device.asked_in[0] == b"\2\0"
    assert set(bench.device.asked_in[1:]) == {b"\1\1"}


@pytest.mark.parametrize("kind", ["raster", "print-job"])
@pytest.mark.parametrize("ignored", [b"media", b"copies"])
def test_a_job_that_would_print_otherwise_than_asked_is_never_begun(
    kind: str, ignored: bytes
) -> None:
    bench = Bench(kind)
    bench.device.says["media-supported"] = (KEYWORD, [b"iso_a4_210x297mm"])
    bench.device.says["copies-supported"] = (0x33, [struct.pack(">ii", 1, 9)])
    bench.device.substitutes = ignored
    outcome = bench.print()
    assert isinstance(outcome, NotStarted)
    assert outcome.fault is PrintFault.NOT_READY
    assert (bench.device.sheets, bytes(bench.device.received)) == ([], b"")
    bench.device.substitutes = b"printer-message-from-operator"  # of no concern
    assert bench.printer.status().ready
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize("code", [0x040B, 0x0501, 0x0403])
def test_without_create_job_a_refusal_comes_before_the_document(code: int) -> None:
    bench = Bench("print-job")
    bench.device.refuses = code
    outcome = bench.print()
    assert isinstance(outcome, NotStarted)
    assert outcome.fault is PrintFault.NOT_READY
    assert bytes(bench.device.received) == b""
    bench.device.refuses = 0
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize("code", [0x0502, 0x0505, 0x0507])
def test_a_printer_that_has_no_time_is_busy(code: int) -> None:
    bench = Bench("print-job")
    bench.device.refuses = code
    outcome = bench.print()
    assert isinstance(outcome, NotStarted)
    assert outcome.fault is PrintFault.BUSY


def test_a_job_whose_number_was_lost_is_found_by_its_name_and_cancelled() -> None:
    bench = Bench("print-job")
    bench.device.step_s = 30.0
    bench.device.loses = {PRINT}
    outcome = bench.print()
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.TIMED_OUT
    (cancelled,) = bench.device.cancelled
    assert cancelled.startswith(f"{OWNER} ")
    printed = len(bench.device.sheets)
    bench.clock.sleep(600)
    bench.printer.status()
    assert len(bench.device.sheets) == printed < PAGES


def test_an_empty_job_whose_number_was_lost_closes_the_printer_until_it_is_cancelled() -> None:
    bench = Bench()
    bench.device.loses = {CREATE}
    outcome = bench.print()
    assert isinstance(outcome, NotStarted)
    assert PrinterReason.OWN_JOB in bench.printer.status().reasons
    assert isinstance(bench.print(), NotStarted)
    bench.device.loses = set()
    assert bench.printer.clear() is ClearState.CLEAR
    assert len(bench.device.cancelled) == 1
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_that_is_held_is_unknown_in_the_end_and_cancelled(kind: str) -> None:
    bench = Bench(kind)
    bench.device.holds = True
    outcome = bench.print()
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.TIMED_OUT
    assert len(bench.device.cancelled) == 1
    assert bench.device.sheets == []
    bench.device.holds = False
    assert bench.printer.clear() is ClearState.CLEAR
    assert isinstance(bench.print(), Printed)


def test_a_printer_that_could_hold_a_job_is_told_not_to() -> None:
    bench = Bench()
    bench.device.says["job-hold-until-supported"] = (KEYWORD, [b"no-hold", b"indefinite"])
    seen: list[bytes] = []
    answer = bench.device._answer

    def listening(head: bytes, document: bytes) -> bytes:
        seen.append(head)
        return answer(head, document)

    bench.device._answer = listening  # type: ignore[method-assign]
    assert isinstance(bench.print(), Printed)
    created = [head for head in seen if head[2:4] == b"\0\5"]
    assert [b"\x44\0\x0ejob-hold-until\0\7no-hold" in head for head in created] == [True]


@pytest.mark.parametrize("most", [127, 63, 40])
def test_a_printer_that_shortens_names_still_knows_our_jobs(most: int) -> None:
    bench = Bench()
    bench.device.name_most = most
    bench.device.loses = {CREATE}
    assert isinstance(bench.print(), NotStarted)
    bench.device.loses = set()
    booted = bench.boot()
    assert PrinterReason.OWN_JOB in booted.status().reasons
    assert PrinterReason.OTHER_JOB in bench.boot("daicho-terminal-2").status().reasons
    assert booted.clear() is ClearState.CLEAR
    assert len(bench.device.cancelled) == 1


def refused(bench: Bench) -> PrintOutcome:
    outcome = bench.print()
    assert isinstance(outcome, NotStarted)
    assert bytes(bench.device.received) == b""
    assert bench.device.jobs == []
    return outcome


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ({"document-format-supported": (0x49, [b"application/octet-stream"])}, "document-format"),
        ({"document-format-supported": (0x49, [b"image/jpeg", b"image/urf"])}, "document-format"),
        ({"media-supported": (KEYWORD, [b"na_letter_8.5x11in"])}, "media"),
        ({"sides-default": (KEYWORD, [b"two-sided-long-edge"])}, "sides"),
        (
            {
                "sides-default": (KEYWORD, [b"two-sided-long-edge"]),
                "sides-supported": (KEYWORD, [b"one-sided", b"two-sided-long-edge"]),
                "job-creation-attributes-supported": (KEYWORD, [b"media"]),
            },
            "sides",
        ),
    ],
)
def test_a_printer_that_cannot_make_our_sheet_is_found_by_the_self_test_and_gets_nothing(
    says: dict[str, tuple[int, list[bytes]]], why: str
) -> None:
    bench = Bench()
    bench.device.says.update(says)
    confirmed = bench.printer.confirm()
    assert (confirmed.fit, confirmed.detail) == (ModelFit.DIFFERS, why)
    refused(bench)


def test_a_duplex_printer_is_told_to_print_on_one_side() -> None:
    bench = Bench()
    bench.device.says["sides-default"] = (KEYWORD, [b"two-sided-long-edge"])
    bench.device.says["sides-supported"] = (KEYWORD, [b"one-sided", b"two-sided-long-edge"])
    assert bench.printer.confirm().fit is ModelFit.FITS
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "ready",
    [
        [b"na_letter_8.5x11in"],
        [b"na_letter_8.5x11in", b"na_number-10_4.125x9.5in"],
        [b"iso_a3_297x420mm"],
        [b"jis_b5_182x257mm"],
        [b"na-letter"],
    ],
)
def test_where_no_a4_is_loaded_a_sheet_is_refused_before_the_document(
    kind: str, ready: list[bytes]
) -> None:
    bench = Bench(kind)
    bench.device.says["media-ready"] = (KEYWORD, ready)
    status = bench.printer.status()
    assert status.state is PrinterState.STOPPED
    assert status.reasons == {PrinterReason.MEDIA_EMPTY}
    assert status.raw.endswith(OTHER_MEDIA + b",".join(ready).decode())
    finding = PaperCheck(bench.printer).run()
    assert finding.code is CheckCode.PAPER_SIZE
    outcome = bench.print()
    assert isinstance(outcome, NotStarted)
    assert outcome.fault is PrintFault.NOT_READY
    assert (bench.device.jobs, bytes(bench.device.received)) == ([], b"")
    bench.device.says["media-ready"] = (KEYWORD, [*ready, b"iso_a4_210x297mm"])
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize(
    "ready",
    [
        (KEYWORD, [b"iso_a4_210x297mm"]),
        (KEYWORD, [b"na_letter_8.5x11in", b"iso_a4_210x297mm"]),
        (KEYWORD, [b"custom_ward-a4_210x297mm"]),
        (KEYWORD, [b"custom_a4_8.27x11.69in"]),
        (KEYWORD, [b"iso-a4"]),
        (KEYWORD, [b"tray-2"]),  # no size: it may be A4
        (0x12, [b""]),  # unknown
        (0x13, [b""]),  # no value
    ],
)
def test_where_a4_is_loaded_or_may_be_a_sheet_is_printed(ready: tuple[int, list[bytes]]) -> None:
    bench = Bench()
    bench.device.says["media-ready"] = ready
    assert bench.printer.status().ready
    assert isinstance(bench.print(), Printed)


def test_a_ward_whose_printer_says_wrong_of_its_paper_can_say_so() -> None:
    bench = Bench()
    bench.device.says["media-ready"] = (KEYWORD, [b"na_letter_8.5x11in"])
    uri = "ipp://printer.invalid/ipp/print"
    printer = IppPrinter(
        uri, OWNER, SmallSheets(), bench.clock, bench.device, dpi=203, any_media=True
    )
    assert printer.status().ready


def test_paper_exchanged_in_the_middle_of_a_job_does_not_end_it() -> None:
    """Printers take a tray that is drawn out off the list: only their own fault ends a job."""
    bench = Bench()
    other = {"media-ready": (KEYWORD, [b"na_letter_8.5x11in"])}
    bench.device.at_point(2, lambda: bench.device.says.update(other))
    assert isinstance(bench.print(), Printed)
    assert bench.device.fired == [2]
    assert not bench.printer.status().ready


@pytest.mark.parametrize("late_s", [0.5, 1.5])
def test_a_printer_that_takes_its_time_with_a_status_is_ready(late_s: float) -> None:
    bench = Bench()
    answer = bench.device.post

    def late(body: Iterator[bytes], length: int, timeout_s: float) -> bytes | Failure:
        bench.clock.sleep(min(late_s, timeout_s))
        return answer(body, length, timeout_s) if late_s < timeout_s else TIMED_OUT

    bench.device.post = late  # type: ignore[method-assign]
    assert bench.printer.status().ready
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ({"printer-state": (ENUM, [struct.pack(">i", 5)])}, PrinterState.STOPPED),
        ({"printer-is-accepting-jobs": (BOOLEAN, [b"\0"])}, PrinterState.STOPPED),
        ({"printer-state": (ENUM, [b"\3"])}, PrinterState.UNKNOWN),  # of one byte
        ({"printer-state": (0x21, [])}, PrinterState.UNKNOWN),
        ({"printer-state-reasons": (KEYWORD, [])}, PrinterState.UNKNOWN),
        ({"printer-state-reasons": (KEYWORD, [b"media-needed"])}, PrinterState.STOPPED),
        ({"printer-state-reasons": (KEYWORD, [b"\xff\xfe"])}, PrinterState.STOPPED),
    ],
)
def test_a_printer_that_is_not_well_gets_nothing(
    says: dict[str, tuple[int, list[bytes]]], state: PrinterState
) -> None:
    bench = Bench()
    bench.device.says.update(says)
    assert bench.printer.status().state is state
    refused(bench)


def test_a_queue_that_nobody_tells_about_is_no_empty_queue() -> None:
    bench = Bench()
    bench.device.loses = {JOBS}
    assert isinstance(bench.print(), NotStarted)
    assert bench.printer.clear() is ClearState.UNKNOWN
    assert bench.device.jobs == []

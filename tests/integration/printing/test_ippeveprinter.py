"""The IPP driver against CUPS's own printer: every document arrives whole, every fault is felt."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrinterReason,
    PrinterState,
    PrintFault,
    PrintJob,
    PrintOutcome,
    PrintUnknown,
)
from kiosk.printing.ipp_client import IppClient
from kiosk.printing.ipp_codec import Attribute, Tag
from kiosk.printing.ipp_http import RequestsHttp
from kiosk.printing.ipp_printer import IppPrinter
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from tests.integration.printing.ipp_everywhere import (
    A4,
    LETTER,
    EverywherePrinter,
    Running,
    missing,
)
from tests.integration.printing.pwg_decoder import decode_raster
from tests.unit.printing.sheets import job, sheet_pdf

HEAD = HEADS["page-300"]
WAIT_S = 10.0

if missing() and not os.environ.get("DAICHO_REQUIRE_PEERS"):
    pytest.skip(
        f"not installed: {', '.join(missing())} (make test installs them)", allow_module_level=True
    )


@pytest.fixture
def device(tmp_path: Path) -> Iterator[EverywherePrinter]:
    with Running(tmp_path / "printer", "application/pdf,image/pwg-raster") as printer:
        yield printer


def driver(device: EverywherePrinter, owner: str = "daicho-terminal-1") -> IppPrinter:
    return IppPrinter(device.uri, owner, PdfiumRasterizer(HEAD), SystemClock())


def send(printer: IppPrinter, sheet: PrintJob) -> PrintOutcome:
    return printer.print(sheet, lambda _: None, lambda _: True)


def until(true: Callable[[], bool]) -> None:
    clock = SystemClock()
    end = clock.monotonic() + WAIT_S
    while not true():
        assert clock.monotonic() < end
        clock.sleep(0.05)


def other_program(device: EverywherePrinter) -> tuple[IppClient, int]:
    """A job of the viewing next door, held in the printer by its fault."""
    client = IppClient(device.uri, "gaiyosho", RequestsHttp(device.uri))
    made = client.print_job(
        "概要書", "application/pdf", [Attribute("copies", Tag.INTEGER, (1,))], sheet_pdf(),
        lambda _: None, 5.0,
    )  # fmt: skip
    assert isinstance(made, dict)
    number = made["job-id"][0]
    assert isinstance(number, int)
    return client, number


def test_the_pdf_arrives_byte_for_byte(device: EverywherePrinter) -> None:
    printer, pdf = driver(device), sheet_pdf()
    assert printer.status().ready
    assert printer.clear() is ClearState.CLEAR
    outcome = send(printer, job(pdf))
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed == 1
    assert outcome.evidence.completion_mark is True
    assert outcome.evidence.bytes_written == outcome.evidence.bytes_total == len(pdf)
    assert device.taken.read_bytes() == pdf
    assert printer.identity().model == "Example Printer"


def test_letter_in_its_tray_is_refused_before_any_ink(device: EverywherePrinter) -> None:
    printer = driver(device)
    device.load(LETTER)
    status = printer.status()
    assert (status.state, status.reasons) == (PrinterState.STOPPED, {PrinterReason.MEDIA_EMPTY})
    assert LETTER in status.raw
    refused = send(printer, job(sheet_pdf()))
    assert isinstance(refused, NotStarted)
    assert not device.taken.exists()
    device.load(A4)
    assert isinstance(send(printer, job(sheet_pdf())), Printed)


def test_a_printer_of_pictures_gets_the_very_dots(tmp_path: Path) -> None:
    with Running(tmp_path / "printer", "image/pwg-raster") as device:
        pdf = sheet_pdf(2)
        outcome = send(driver(device), job(pdf, 2))
        assert isinstance(outcome, Printed)
        assert outcome.evidence.pages_completed == 2
        seen = decode_raster(device.taken.read_bytes())
        drawn = PdfiumRasterizer(HEAD).pages(pdf)
        assert [(p.width, p.height, p.dpi, p.rows) for p in seen] == [
            (r.width, r.height, r.dpi, r.rows) for r in drawn
        ]


def test_a_printer_that_takes_neither_is_refused(tmp_path: Path) -> None:
    with Running(tmp_path / "printer", "image/jpeg") as device:
        outcome = send(driver(device), job(sheet_pdf()))
        assert isinstance(outcome, NotStarted)
        assert outcome.fault is PrintFault.RASTER_FAILED


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("media-empty", PrinterReason.MEDIA_EMPTY),
        ("media-jam", PrinterReason.MEDIA_JAM),
        ("cover-open", PrinterReason.COVER_OPEN),
    ],
)
def test_a_fault_in_mid_job_is_unknown_and_the_job_is_cancelled(
    device: EverywherePrinter, word: str, reason: PrinterReason, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its script goes on although the job is cancelled: there is no end to wait for.
    monkeypatch.setattr("kiosk.printing.ipp_run.CANCEL_S", 0.5)
    printer = driver(device)
    device.goes(f"{word}-error")
    outcome = send(printer, job(sheet_pdf()))
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.STATUS_CHANGED
    assert outcome.status is not None
    assert reason in outcome.status.reasons
    assert PrinterReason.OWN_JOB in printer.status().reasons
    assert isinstance(send(printer, job(sheet_pdf())), NotStarted)
    device.goes("ok")  # paper is refilled
    until(lambda: printer.clear() is ClearState.CLEAR)
    until(lambda: printer.status().ready)
    device.taken.unlink(missing_ok=True)
    fresh = sheet_pdf(2)
    device.pages(2)
    assert isinstance(send(printer, job(fresh, 2)), Printed)
    assert device.taken.read_bytes() == fresh


@pytest.mark.parametrize(
    ("word", "fault"),
    [("abort", PrintFault.STATUS_CHANGED), ("lie", PrintFault.COUNTER_MISMATCH)],
)
def test_an_aborted_job_and_a_lie_are_no_proof(
    device: EverywherePrinter, word: str, fault: PrintFault
) -> None:
    printer = driver(device)
    device.goes(word)
    outcome = send(printer, job(sheet_pdf()))
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is fault
    assert not printer.status().ready
    assert printer.clear() is ClearState.CLEAR


def test_a_cancel_at_the_panel_is_unknown(device: EverywherePrinter) -> None:
    printer = driver(device)
    device.goes("toner-low-report")  # it goes on, and takes its time
    panel = IppClient(device.uri, "panel", RequestsHttp(device.uri))
    seen: list[PrintOutcome] = []
    sheet = job(sheet_pdf())
    printing = threading.Thread(target=lambda: seen.append(send(printer, sheet)))
    printing.start()

    def cancelled() -> bool:
        jobs = panel.jobs(5.0)
        assert isinstance(jobs, list)
        names = [str(found["job-name"][0]) for found in jobs]
        assert all(name == f"daicho-terminal-1 {uuid.UUID(sheet.issue_id)}" for name in names)
        ids = [found["job-id"][0] for found in jobs]
        return bool(ids) and panel.cancel(int(str(ids[0])), 5.0) is None

    until(cancelled)
    device.goes("ok")
    printing.join(60)
    (outcome,) = seen
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.STATUS_CHANGED


def test_another_programs_job_is_waited_for_and_never_cancelled(
    device: EverywherePrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.printing.jobs.OTHER_JOB_S", 0.5)
    printer = driver(device)
    device.goes("toner-low-report")
    other, number = other_program(device)
    until(lambda: printer.status().state is PrinterState.BUSY)
    assert PrinterReason.OTHER_JOB in printer.status().reasons
    refused = send(printer, job(sheet_pdf()))
    assert isinstance(refused, NotStarted)
    assert refused.fault is PrintFault.BUSY
    assert printer.clear() is ClearState.CLEAR  # of ours; the other one stays
    said = other.job(number, ["job-state"], 5.0)
    assert isinstance(said, dict)
    assert said["job-state"][0] in (3, 4, 5)
    device.goes("ok")
    until(lambda: printer.status().ready)
    assert isinstance(send(printer, job(sheet_pdf())), Printed)
    said = other.job(number, ["job-state"], 5.0)
    assert isinstance(said, dict)
    assert said["job-state"] == (9,)


def test_what_a_killed_process_left_is_cancelled_at_boot(device: EverywherePrinter) -> None:
    device.goes("toner-low-report")
    killed = IppClient(device.uri, "daicho-terminal-1", RequestsHttp(device.uri))
    left = killed.print_job(
        f"daicho-terminal-1 {uuid.uuid4()}", "application/pdf", [], sheet_pdf(), lambda _: None, 5.0
    )
    assert isinstance(left, dict)
    booted = driver(device)
    assert PrinterReason.OWN_JOB in booted.status().reasons
    neighbour = driver(device, "daicho-terminal-2")
    assert PrinterReason.OTHER_JOB in neighbour.status().reasons
    device.goes("ok")
    until(lambda: booted.clear() is ClearState.CLEAR)
    until(lambda: booted.status().ready)


def test_a_printer_that_is_not_there_is_offline(tmp_path: Path) -> None:
    nobody = EverywherePrinter("ipp://127.0.0.1:9/ipp/print", tmp_path, 9)
    printer = driver(nobody)
    assert printer.status().state is PrinterState.OFFLINE
    assert isinstance(send(printer, job(sheet_pdf())), NotStarted)
    assert printer.clear() is ClearState.UNKNOWN

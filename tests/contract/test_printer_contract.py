"""One contract for every printer driver: real bytes, a device of its own, proof or no proof."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.domain.ports import Printer
from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    PageRaster,
    Printed,
    PrinterState,
    PrintFault,
    PrintJob,
    PrintProgress,
    PrintUnknown,
)
from kiosk.printing.escpos_usb import escpos_usb_printer
from kiosk.printing.folder import FolderPrinter
from kiosk.printing.ipp_printer import IppPrinter
from kiosk.printing.models import GENERIC_EPSON
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from kiosk.printing.simulated import SimulatedPrinter
from kiosk.printing.simulator import SimulatedDevice
from kiosk.printing.tcp import TcpAddress, escpos_tcp_printer
from kiosk.printing.transport import UsbSelector
from tests.fakes.escpos_decoder import decode_pages
from tests.fakes.ipp_printer import FakeIppPrinter
from tests.fakes.tcp_printer import FakeTcpNetwork
from tests.fakes.usb_backend import PRODUCT, VENDOR, FakeUsbBackend, FakeUsbPrinter
from tests.integration.printing.pwg_decoder import decode_raster
from tests.unit.printing.fake_clock import FakeClock
from tests.unit.printing.sheets import job, sheet_pdf

HEAD = HEADS["a4-203"]


@dataclass
class Rig:
    """A driver and a look behind it."""

    name: str
    printer: Printer
    received: Callable[[], bytes]  # bytes a job sent; for the folder, of the files
    take_away: Callable[[], None]  # the device is gone


def _usb(tmp_path: Path) -> Rig:
    clock, device = FakeClock(), FakeUsbPrinter()
    backend = FakeUsbBackend(device, clock)
    printer = escpos_usb_printer(
        GENERIC_EPSON, UsbSelector(VENDOR, PRODUCT), PdfiumRasterizer(HEAD), clock, backend
    )
    return Rig(
        "usb", printer, lambda: bytes(device.received), lambda: setattr(device, "plugged", False)
    )


def _tcp(tmp_path: Path) -> Rig:
    clock, device = FakeClock(), FakeUsbPrinter()
    network = FakeTcpNetwork(device, clock)
    printer = escpos_tcp_printer(
        GENERIC_EPSON, TcpAddress("printer.invalid"), PdfiumRasterizer(HEAD), clock, network.connect
    )
    return Rig(
        "tcp", printer, lambda: bytes(device.received), lambda: setattr(device, "plugged", False)
    )


def _ipp(tmp_path: Path) -> Rig:
    clock = FakeClock()
    device = FakeIppPrinter(clock)
    uri = "ipp://printer.invalid/ipp/print"
    printer = IppPrinter(uri, "daicho-terminal-1", PdfiumRasterizer(HEAD), clock, device)
    return Rig(
        "ipp", printer, lambda: bytes(device.received), lambda: setattr(device, "plugged", False)
    )


def _simulated(tmp_path: Path) -> Rig:
    record = tmp_path / "printer.bin"
    device = SimulatedDevice(record_to=record)
    printer = SimulatedPrinter(PdfiumRasterizer(HEAD), FakeClock(), device=device)
    return Rig("simulated", printer, record.read_bytes, printer.control.unplug)


def _folder(tmp_path: Path) -> Rig:
    folder = tmp_path / "sheets"
    folder.mkdir()

    def files() -> bytes:
        return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))

    return Rig(
        "folder", FolderPrinter(folder, PdfiumRasterizer(HEAD)), files, lambda: _remove(folder)
    )


def _remove(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


RIGS = [_usb, _tcp, _ipp, _simulated, _folder]


@pytest.fixture(params=RIGS, ids=["usb", "tcp", "ipp", "simulated", "folder"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    made: Rig = request.param(tmp_path)
    yield made
    made.printer.close()


def _print(rig: Rig, sheet: PrintJob) -> tuple[object, list[PrintProgress], list[Sequence[str]]]:
    steps: list[PrintProgress] = []
    agreed: list[Sequence[str]] = []

    def spooling(hashes: Sequence[str]) -> bool:
        agreed.append(tuple(hashes))
        return True

    return rig.printer.print(sheet, steps.append, spooling), steps, agreed


def _rasters(pdf: bytes) -> list[PageRaster]:
    return PdfiumRasterizer(HEAD).pages(pdf)


def test_a_printer_that_is_well_says_so(rig: Rig) -> None:
    status = rig.printer.status()
    assert status.ready
    assert status.state is PrinterState.IDLE
    assert rig.printer.identity().model
    assert rig.printer.clear() is ClearState.CLEAR


@pytest.mark.parametrize("pages", [1, 2])
def test_what_was_drawn_is_what_is_printed(rig: Rig, pages: int) -> None:
    pdf = sheet_pdf(pages)
    sheet = job(pdf, pages)
    outcome, steps, agreed = _print(rig, sheet)
    assert isinstance(outcome, Printed)
    rasters = _rasters(pdf)
    hashes = tuple(hashlib.sha256(page.rows).hexdigest() for page in rasters)
    assert agreed == [hashes]
    assert outcome.evidence.raster_sha256 == hashes
    assert outcome.evidence.pages_completed == pages
    assert outcome.evidence.completion_mark is True
    assert outcome.evidence.bytes_written == outcome.evidence.bytes_total > 0
    if rig.name == "folder":
        assert rig.received() == pdf
    elif rig.name == "ipp":
        assert [(p.width, p.height, p.rows) for p in decode_raster(rig.received())] == [
            (r.width, r.height, r.rows) for r in rasters
        ]
    else:
        seen = decode_pages(rig.received())
        assert [(p.width, p.height, p.rows) for p in seen] == [
            (r.width, r.height, r.rows) for r in rasters
        ]
    assert steps[-1].bytes_written == steps[-1].bytes_total == outcome.evidence.bytes_written


def test_progress_only_rises_and_is_true(rig: Rig) -> None:
    received: list[int] = []
    steps: list[PrintProgress] = []

    def progress(step: PrintProgress) -> None:
        steps.append(step)
        received.append(len(rig.received()))

    rig.printer.print(job(sheet_pdf(2), 2), progress, lambda _: True)
    written = [step.bytes_written for step in steps]
    assert written == sorted(set(written))
    assert [step.page for step in steps] == sorted(step.page for step in steps)
    assert all(step.bytes_written <= step.bytes_total and step.pages == 2 for step in steps)
    assert all(step.bytes_written <= got for step, got in zip(steps, received, strict=True))


@pytest.mark.parametrize("answer", ["no", "raises", "truthy"])
def test_without_agreement_no_byte_of_a_sheet_leaves(rig: Rig, answer: str) -> None:
    rig.printer.status()
    before = rig.received()

    def spooling(_: Sequence[str]) -> bool:
        if answer == "raises":
            raise RuntimeError("the section does not answer")
        return 1 if answer == "truthy" else False  # type: ignore[return-value]

    outcome = rig.printer.print(job(sheet_pdf()), lambda _: None, spooling)
    assert isinstance(outcome, NotStarted)
    # Questions about the status are no bytes of a job.
    assert rig.received()[len(before) :].replace(b"\x10\x04", b"").strip(b"\x01\x02\x03\x04") == b""
    assert rig.printer.status().ready
    again, _, _ = _print(rig, job(sheet_pdf()))
    assert isinstance(again, Printed)


def test_the_same_issue_is_not_printed_twice(rig: Rig) -> None:
    sheet = job(sheet_pdf())
    first, _, _ = _print(rig, sheet)
    assert isinstance(first, Printed)
    before = rig.received()
    second, steps, agreed = _print(rig, PrintJob(sheet.issue_id.upper(), sheet_pdf(2), 2))
    # Not NotStarted: of this issue something did come out.
    assert isinstance(second, PrintUnknown)
    assert second.fault is PrintFault.MISMATCH
    assert (steps, agreed, rig.received()) == ([], [], before)


def test_an_issue_that_was_refused_stays_refused_without_doubt(rig: Rig) -> None:
    sheet = job(sheet_pdf())
    rig.printer.print(sheet, lambda _: None, lambda _: False)
    assert rig.printer.print(sheet, lambda _: None, lambda _: True) == NotStarted(
        PrintFault.MISMATCH
    )


def test_one_job_at_a_time(rig: Rig) -> None:
    inner: list[object] = []

    def spooling(_: Sequence[str]) -> bool:
        inner.append(_print(rig, job(sheet_pdf()))[0])
        return True

    outcome = rig.printer.print(job(sheet_pdf()), lambda _: None, spooling)
    assert isinstance(outcome, Printed)
    assert inner == [NotStarted(PrintFault.BUSY)]


def test_a_progress_bar_that_fails_does_not_stop_the_sheet(rig: Rig) -> None:
    def progress(_: PrintProgress) -> None:
        raise RuntimeError("no screen")

    assert isinstance(rig.printer.print(job(sheet_pdf()), progress, lambda _: True), Printed)


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        (PrintJob(str(uuid.uuid4()), b"no pdf", 1), PrintFault.RASTER_FAILED),
        (PrintJob(str(uuid.uuid4()), sheet_pdf(size_mm=(210, 210)), 1), PrintFault.RASTER_FAILED),
        (PrintJob(str(uuid.uuid4()), sheet_pdf(x_mm=1), 1), PrintFault.RASTER_FAILED),
        (PrintJob(str(uuid.uuid4()), sheet_pdf(2), 1), PrintFault.MISMATCH),
        (PrintJob("../../etc/passwd", sheet_pdf(), 1), PrintFault.MISMATCH),
    ],
    ids=["garbage", "square", "ink-in-margin", "page-count", "name"],
)
def test_a_bad_job_is_refused_before_anybody_is_told(
    rig: Rig, sheet: PrintJob, fault: PrintFault
) -> None:
    outcome, steps, agreed = _print(rig, sheet)
    assert isinstance(outcome, NotStarted)
    assert outcome.fault is fault
    assert (steps, agreed) == ([], [])


def test_a_device_that_is_gone_is_a_value(rig: Rig) -> None:
    rig.printer.status()
    rig.take_away()
    assert rig.printer.status().state is PrinterState.OFFLINE
    assert not rig.printer.status().ready
    outcome, _, agreed = _print(rig, job(sheet_pdf()))
    assert isinstance(outcome, NotStarted)
    assert outcome.status is not None
    assert outcome.status.state is PrinterState.OFFLINE
    assert agreed == []
    assert rig.printer.clear() is not ClearState.NEEDS_POWER_CYCLE

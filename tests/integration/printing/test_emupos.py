"""ESC/POS over TCP against an emulator that nobody here wrote: the picture and the faults."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kiosk.clock import SystemClock
from kiosk.domain.printer import (
    NotStarted,
    PrinterReason,
    PrinterState,
    PrintFault,
    PrintProgress,
    PrintUnknown,
)
from kiosk.printing.escpos_printer import EscposPrinter
from kiosk.printing.models import GENERIC_EPSON, STATUS_ONLY, ModelProfile
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from kiosk.printing.tcp import TcpAddress, escpos_tcp_printer
from tests.integration.printing.emulator import Emulator, program
from tests.unit.printing.sheets import job, sheet_pdf

HEAD = HEADS["a4-203"]
WAIT_S = 20.0


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    command = program()
    if command is None:
        pytest.skip("emupos needs Python 3.13, and none is installed here")
    with Emulator(command, tmp_path, HEAD.dots) as running:
        yield running
    while _OPEN:
        _OPEN.pop().close()


_OPEN: list[EscposPrinter] = []


def driver(emulator: Emulator, profile: ModelProfile = STATUS_ONLY) -> EscposPrinter:
    address = TcpAddress("127.0.0.1", emulator.port)
    made = escpos_tcp_printer(profile, address, PdfiumRasterizer(HEAD), SystemClock())
    _OPEN.append(made)
    return made


def cut_pieces(emulator: Emulator, count: int) -> list[str]:
    clock = SystemClock()
    end = clock.monotonic() + WAIT_S
    while len(found := emulator.receipts()) < count:
        assert clock.monotonic() < end, found
        clock.sleep(0.1)
    return found


def test_its_picture_is_our_raster_dot_by_dot(emulator: Emulator) -> None:
    pdf, printer = sheet_pdf(2), driver(emulator)
    assert printer.status().ready
    outcome = printer.print(job(pdf, 2), lambda _: None, lambda _: True)
    # It keeps no process ids: everything arrived, and still nothing is proven.
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.NO_COMPLETION
    assert outcome.evidence is not None
    assert outcome.evidence.bytes_written == outcome.evidence.bytes_total
    pages = PdfiumRasterizer(HEAD).pages(pdf)
    for receipt, page in zip(cut_pieces(emulator, 2), pages, strict=True):
        picture = Image.open(BytesIO(emulator.picture(receipt))).convert("L")
        ours = Image.frombytes("1", (page.width, page.height), page.rows).convert("L")
        theirs = picture.point([255 if level < 128 else 0 for level in range(256)])
        # It draws what it feeds to the knife too; dots are where ours are, and nowhere else.
        assert theirs.width == ours.width
        assert theirs.height >= ours.height
        assert theirs.crop((0, 0, *ours.size)).tobytes() == ours.tobytes()
        assert theirs.crop((0, ours.height, *theirs.size)).getbbox() is None


@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [
        ("paper-out", PrinterState.STOPPED, PrinterReason.MEDIA_EMPTY),
        ("cover-open", PrinterState.STOPPED, PrinterReason.COVER_OPEN),
        ("paper-near-end", PrinterState.IDLE, PrinterReason.MEDIA_LOW),
    ],
)
def test_its_faults_are_our_status(
    emulator: Emulator, fault: str, state: PrinterState, reason: PrinterReason
) -> None:
    printer = driver(emulator)
    assert printer.status().reasons == frozenset()
    emulator.fault(fault)
    status = printer.status()
    assert (status.state, reason in status.reasons) == (state, True)
    if not status.ready:
        refused = printer.print(job(sheet_pdf()), lambda _: None, lambda _: True)
        assert isinstance(refused, NotStarted)
    emulator.fault(fault, active=False)
    assert printer.status().reasons == frozenset()
    assert emulator.receipts() == []


@pytest.mark.parametrize("fault", ["paper-out", "cover-open"])
def test_a_fault_between_two_bands_ends_the_job(emulator: Emulator, fault: str) -> None:
    printer = driver(emulator)
    steps: list[int] = []

    def progress(step: PrintProgress) -> None:
        steps.append(step.bytes_written)
        if len(steps) == 3:
            emulator.fault(fault)

    outcome = printer.print(job(sheet_pdf()), progress, lambda _: True)
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.STATUS_CHANGED
    assert len(steps) == 3
    assert PrinterReason.OWN_JOB in printer.status().reasons


def test_a_model_that_promises_more_than_the_device_does_is_found_before_any_ink(
    emulator: Emulator,
) -> None:
    # generic-epson echoes process ids; this device does not.
    printer = driver(emulator, GENERIC_EPSON)
    outcome = printer.print(job(sheet_pdf()), lambda _: None, lambda _: True)
    assert isinstance(outcome, NotStarted)
    assert emulator.receipts() == []


def test_an_emulator_that_is_gone_is_offline(emulator: Emulator) -> None:
    printer = driver(emulator)
    assert printer.status().ready
    emulator.stop()
    assert printer.status().state is PrinterState.OFFLINE

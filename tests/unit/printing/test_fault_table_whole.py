"""The fault table has a row for every driver and model; the two that have no buffer to lose, a
folder and a model that proves nothing, have theirs here."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrinterReason,
    PrintFault,
    PrintUnknown,
)
from kiosk.printing import folder as folder_module
from kiosk.printing.folder import FolderPrinter
from kiosk.printing.models import MODELS, STATUS_ONLY, Completion
from kiosk.printing.registry import DRIVERS
from tests.fakes.usb_backend import FakeUsbPrinter
from tests.unit.printing import test_fault_table as generic
from tests.unit.printing import test_fault_table_ipp as ipp
from tests.unit.printing import test_fault_table_models as models
from tests.unit.printing.sheets import SmallSheets, small_job


def test_every_driver_and_every_model_has_its_rows() -> None:
    rows = {
        (make().printer.identity().driver, "generic-epson") for make in generic.BENCHES.values()
    }
    for make_model in models.BENCHES.values():
        bench, _ = make_model()
        rows.add((bench.printer.identity().driver, bench.profile.name))
    proving = [name for name, model in MODELS.items() if model.completion is not Completion.NONE]
    wires = {(driver, name) for driver in ("escpos-usb", "escpos-tcp") for name in proving}
    assert rows == wires | {("simulated", "generic-epson")}
    assert {formats for formats, _ in ipp.KINDS.values()} == {
        b"application/pdf",
        b"image/pwg-raster",
    }
    assert set(DRIVERS) == {driver for driver, _ in rows} | {"ipp", "folder"}


@pytest.mark.parametrize("band", [0, generic.BANDS // 2, generic.BANDS - 1])
@pytest.mark.parametrize("word", [*models.UNKNOWN, "slow"])
@pytest.mark.parametrize("wire", [models.usb, models.tcp], ids=["usb", "tcp"])
def test_a_model_that_proves_nothing_is_unknown_whatever_happens(
    wire: Callable[..., models.Booted], word: str, band: int
) -> None:
    if wire is models.tcp and word == "stall":
        word = "unplug"
    device = FakeUsbPrinter()
    device.strict = False  # half a band swallows the questions that follow, as it does in life
    bench = wire(STATUS_ONLY, device)
    bench.at_band(band, word)
    outcome = bench.print()
    assert bench.fired()
    assert isinstance(outcome, PrintUnknown)
    assert outcome.evidence is not None
    assert outcome.evidence.completion_mark is None
    assert isinstance(bench.print(1), NotStarted)
    bench.do("repair")
    assert bench.printer.clear() is not ClearState.CLEAR
    assert PrinterReason.OWN_JOB in bench.printer.status().reasons
    bench.do("power-cycle")
    bench.printer.status()
    bench.printer.power_cycled()
    assert bench.printer.clear() is ClearState.CLEAR
    assert bench.printer.status().ready
    cut = len(bench.sheets())
    bench.print(1)
    assert bench.sheets()[cut:] == generic.pages_of(1)


def full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


#: Where the disk fails, and what is known then.
FOLDER = {
    "open": ("open", NotStarted, PrintFault.NOT_READY),
    "write": ("fsync", NotStarted, PrintFault.NOT_READY),
    "name": ("link", NotStarted, PrintFault.NOT_READY),
}


@pytest.mark.parametrize("step", FOLDER)
def test_a_disk_that_fails_before_the_sheet_has_its_name(
    step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, kind, fault = FOLDER[step]
    printer = FolderPrinter(tmp_path, SmallSheets())
    sheet = small_job(2)
    with monkeypatch.context() as broken:
        broken.setattr(folder_module.os, name, full)
        outcome = printer.print(sheet, lambda _: None, lambda _: True)
    assert isinstance(outcome, kind)
    assert outcome.fault is fault
    assert list(tmp_path.iterdir()) == []
    assert printer.clear() is ClearState.CLEAR
    assert isinstance(printer.print(small_job(2), lambda _: None, lambda _: True), Printed)


def test_a_folder_that_cannot_be_made_safe_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printer = FolderPrinter(tmp_path, SmallSheets())
    real, synced = os.fsync, []

    def second_fails(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            full()
        real(descriptor)

    monkeypatch.setattr(folder_module.os, "fsync", second_fails)
    outcome = printer.print(small_job(2), lambda _: None, lambda _: True)
    assert len(synced) == 2
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.NO_COMPLETION


def test_a_disk_that_lies_is_a_mismatch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printer = FolderPrinter(tmp_path, SmallSheets())
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"something else")
    outcome = printer.print(small_job(2), lambda _: None, lambda _: True)
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.COUNTER_MISMATCH
    assert outcome.evidence is not None
    assert outcome.evidence.completion_mark is False


def test_a_folder_that_is_taken_away_while_the_section_is_told(tmp_path: Path) -> None:
    place = tmp_path / "sheets"
    place.mkdir()
    printer = FolderPrinter(place, SmallSheets())

    def told(_: object) -> bool:
        place.rmdir()
        return True

    outcome = printer.print(small_job(2), lambda _: None, told)
    assert isinstance(outcome, NotStarted)
    place.mkdir()
    assert isinstance(printer.print(small_job(2), lambda _: None, lambda _: True), Printed)


def test_half_a_file_that_a_killed_process_left_is_removed_at_boot(tmp_path: Path) -> None:
    (tmp_path / ".half.part").write_bytes(b"%PDF")
    printer = FolderPrinter(tmp_path, SmallSheets())
    assert printer.clear() is ClearState.CLEAR
    assert list(tmp_path.iterdir()) == []

"""The fault table of the IPP driver, for a printer of PDF, one of pictures and one that knows no
Create-Job: in every piece of the document and every step of paper."""

from __future__ import annotations

import pytest

from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrinterReason,
    PrintFault,
    PrintOutcome,
    PrintUnknown,
)
from kiosk.printing.ipp_client import PIECE
from kiosk.printing.ipp_printer import IppPrinter
from kiosk.printing.ipp_run import CANCEL_S, JOB_BASE_S, JOB_PER_PAGE_S, SEND_S
from tests.fakes.ipp_printer import STEPS_PER_PAGE, FakeIppPrinter
from tests.unit.printing.fake_clock import FakeClock
from tests.unit.printing.sheets import SmallSheets, job, small_job

PAGES = 2
PIECES = 5
POINTS = PIECES + PAGES * STEPS_PER_PAGE
OWNER = "daicho-terminal-1"

UNKNOWN = {
    "paper": (PrintFault.STATUS_CHANGED,),
    "cover": (PrintFault.STATUS_CHANGED,),
    "jam": (PrintFault.STATUS_CHANGED,),
    "unplug": (PrintFault.DISCONNECTED,),
    "mute": (PrintFault.TIMED_OUT,),
    "garble": (PrintFault.STATUS_CHANGED,),
    "lie": (PrintFault.COUNTER_MISMATCH,),
    "slow": (PrintFault.TIMED_OUT,),
    "power-cycle": (PrintFault.DISCONNECTED, PrintFault.NO_COMPLETION),
}


#: What the printer takes, and the operations it knows.
KINDS: dict[str, tuple[bytes, tuple[int, ...]]] = {
    "raster": (b"image/pwg-raster", (2, 5, 6, 8, 9, 10, 11)),
    "pdf": (b"application/pdf", (2, 4, 5, 6, 8, 9, 10, 11)),
    "print-job": (b"image/pwg-raster", (2, 4, 8, 9, 10, 11)),
}


class Bench:
    def __init__(self, kind: str = "raster") -> None:
        self.clock = FakeClock()
        self.device = FakeIppPrinter(self.clock)
        formats, self.device.operations = KINDS[kind]
        self.device.formats = [formats]
        self.kind = kind
        self.printer = self.boot()

    def boot(self, owner: str = OWNER) -> IppPrinter:
        sheets = SmallSheets()
        uri = "ipp://printer.invalid/ipp/print"
        return IppPrinter(uri, owner, sheets, self.clock, self.device, dpi=203)

    def print(self, pages: int = PAGES) -> PrintOutcome:
        sheet = small_job(pages)
        if self.kind == "pdf":  # as long as the pictures are, for as many pieces
            sheet = job(sheet.pdf + bytes((PIECES - 1) * PIECE), pages)
        return self.printer.print(sheet, lambda _: None, lambda _: True)

    def do(self, word: str) -> None:
        device = self.device
        if word in ("unplug", "mute", "garble", "lie"):
            names = {"mute": "muted", "garble": "garbled", "lie": "lying"}
            setattr(device, names.get(word, "plugged"), word != "unplug")
        elif word == "slow":
            device.step_s = 500.0
        elif word == "power-cycle":
            device.power_cycle()
        else:
            words = {"paper": "media-empty", "cover": "cover-open", "jam": "media-jam"}
            device.reasons = {words[word]}

    def repair(self) -> None:
        device = self.device
        device.plugged, device.step_s = True, 1.0
        device.muted = device.garbled = device.lying = False
        device.reasons = set()


def run_case(kind: str, word: str, point: int) -> None:
    bench = Bench(kind)
    bench.device.at_point(point, lambda: bench.do(word))
    begun = bench.clock.monotonic()
    outcome = bench.print()
    assert bench.device.fired == [point]
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault in UNKNOWN[word]
    most = JOB_BASE_S + JOB_PER_PAGE_S * PAGES + SEND_S + 3 * CANCEL_S
    assert bench.clock.monotonic() - begun <= most
    assert outcome.evidence is not None
    assert outcome.evidence.pages_completed != PAGES
    assert isinstance(bench.print(1), NotStarted)
    before = len(bench.device.sheets)
    bench.repair()
    assert PrinterReason.OWN_JOB in bench.printer.status().reasons
    assert bench.printer.clear() is ClearState.CLEAR
    bench.clock.sleep(600)
    assert bench.printer.status().ready
    if word != "unplug":
        # A printer that cannot be reached prints on; all others have been stopped.
        assert len(bench.device.sheets) <= before
    after = len(bench.device.sheets)
    assert isinstance(bench.print(1), Printed)
    names = {name for name, _ in bench.device.sheets[after:]}
    assert len(bench.device.sheets) == after + 1
    assert names.isdisjoint(name for name, _ in bench.device.sheets[:after])


@pytest.mark.parametrize("point", [0, PIECES - 1, PIECES, POINTS // 2 + 1, POINTS - 1])
@pytest.mark.parametrize("word", UNKNOWN)
@pytest.mark.parametrize("kind", KINDS)
def test_fault_in_mid_job_is_unknown(kind: str, word: str, point: int) -> None:
    run_case(kind, word, point)


@pytest.mark.long
@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.parametrize("word", UNKNOWN)
@pytest.mark.parametrize("kind", KINDS)
def test_fault_at_every_point(kind: str, word: str, point: int) -> None:
    run_case(kind, word, point)


def test_a_fault_that_does_not_happen_fails_the_table() -> None:
    with pytest.raises(AssertionError):
        run_case("raster", "paper", POINTS)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_fault_every_page_is_counted(kind: str) -> None:
    bench = Bench(kind)
    outcome = bench.print()
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed == PAGES
    assert outcome.evidence.completion_mark is True
    assert bench.device.points == POINTS
    assert len(bench.device.sheets) == PAGES
    assert bench.device.cancelled == []


@pytest.mark.parametrize("word", ["paper", "cover", "jam", "unplug", "mute", "garble"])
@pytest.mark.parametrize("kind", KINDS)
def test_fault_before_the_job_is_not_started(kind: str, word: str) -> None:
    bench = Bench(kind)
    bench.do(word)
    assert isinstance(bench.print(), NotStarted)
    assert (bench.device.jobs, bench.device.points) == ([], 0)
    bench.repair()
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize("word", ["paper", "unplug", "mute", "garble"])
def test_status_stays_within_two_seconds(word: str) -> None:
    bench = Bench()
    bench.do(word)
    begun = bench.clock.monotonic()
    assert not bench.printer.status().ready
    assert bench.clock.monotonic() - begun <= 2.0


def test_only_jobs_of_this_terminal_are_cancelled_at_boot() -> None:
    bench = Bench()
    bench.device.at_point(PIECES, lambda: bench.do("paper"))
    neighbour = bench.boot("daicho-terminal-2")
    assert isinstance(
        neighbour.print(small_job(PAGES), lambda _: None, lambda _: True), PrintUnknown
    )
    bench.device.jobs[0].state = 5  # its own cancel was lost on the way
    bench.device.cancelled.clear()
    booted = bench.boot()
    assert booted.clear() is ClearState.CLEAR
    assert bench.device.cancelled == []
    assert PrinterReason.OTHER_JOB in booted.status().reasons
    assert neighbour.clear() is ClearState.CLEAR
    assert len(bench.device.cancelled) == 1

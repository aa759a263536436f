"""The fault table of the IPP driver: in every piece of the document and every step of paper."""

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
from kiosk.printing.ipp_printer import IppPrinter
from kiosk.printing.ipp_run import CANCEL_S, JOB_BASE_S, JOB_PER_PAGE_S, SEND_S
from tests.fakes.ipp_printer import STEPS_PER_PAGE, FakeIppPrinter
from tests.unit.printing.fake_clock import FakeClock
from tests.unit.printing.sheets import SmallSheets, small_job

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


class Bench:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.device = FakeIppPrinter(self.clock)
        self.printer = self.boot()

    def boot(self, owner: str = OWNER) -> IppPrinter:
        sheets = SmallSheets()
        uri = "ipp://printer.invalid/ipp/print"
        return IppPrinter(uri, owner, sheets, self.clock, self.device)

    def print(self, pages: int = PAGES) -> PrintOutcome:
        return self.printer.print(small_job(pages), lambda _: None, lambda _: True)

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


def run_case(word: str, point: int) -> None:
    bench = Bench()
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
def test_fault_in_mid_job_is_unknown(word: str, point: int) -> None:
    run_case(word, point)


@pytest.mark.long
@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.parametrize("word", UNKNOWN)
def test_fault_at_every_point(word: str, point: int) -> None:
    run_case(word, point)


def test_without_a_fault_every_page_is_counted() -> None:
    bench = Bench()
    outcome = bench.print()
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed == PAGES
    assert outcome.evidence.completion_mark is True
    assert bench.device.points == POINTS
    assert len(bench.device.sheets) == PAGES
    assert bench.device.cancelled == []


@pytest.mark.parametrize("word", ["paper", "cover", "jam", "unplug", "mute", "garble"])
def test_fault_before_the_job_is_not_started(word: str) -> None:
    bench = Bench()
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

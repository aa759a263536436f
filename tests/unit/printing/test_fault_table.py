"""Every fault, in the first, a middle and the last band: the outcome says what is known, the fault
happened, nothing of the old sheet comes out afterwards, and the next sheet is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
from kiosk.printing.escpos_printer import ANSWER_WAIT_S, EscposPrinter
from kiosk.printing.escpos_run import JOB_BASE_S, JOB_PER_PAGE_S
from kiosk.printing.escpos_usb import escpos_usb_printer
from kiosk.printing.models import GENERIC_EPSON, ModelProfile
from kiosk.printing.simulated import SimulatedPrinter
from kiosk.printing.simulator import SimulatedDevice
from kiosk.printing.tcp import TcpAddress, escpos_tcp_printer
from kiosk.printing.transport import UsbSelector
from tests.fakes.tcp_printer import FakeTcpNetwork
from tests.fakes.usb_backend import PRODUCT, VENDOR, FakeUsbBackend, FakeUsbPrinter
from tests.unit.printing.fake_clock import FakeClock
from tests.unit.printing.sheets import SmallSheets, small_job

SHEETS = SmallSheets()
PAGES = 2
BANDS_PER_PAGE = 4  # 2000 rows of 32 bytes in bands of 16 KiB
BANDS = PAGES * BANDS_PER_PAGE
JOB_S = JOB_BASE_S + JOB_PER_PAGE_S * PAGES
#: The job's time is looked at between bands: the one under way, its echo and the questions after.
LAST_BAND_S = 40.0


@dataclass
class Bench:
    """A driver, its device, and hands that break and repair it."""

    printer: EscposPrinter
    clock: FakeClock
    at_band: Callable[[int, str], None]
    do: Callable[[str], None]
    fired: Callable[[], bool]
    sheets: Callable[[], list[bytes]]  # rows of every cut piece with dots
    bands: Callable[[], int]

    def print(
        self, pages: int = PAGES, spooling: Callable[[], None] = lambda: None
    ) -> PrintOutcome:
        def agreed(_: object) -> bool:
            spooling()
            return True

        return self.printer.print(small_job(pages), lambda _: None, agreed)


def device_hands(device: FakeUsbPrinter) -> dict[str, Callable[[], None]]:
    hands: dict[str, Callable[[], None]] = {
        "paper": lambda: setattr(device, "paper", False),
        "cover": lambda: setattr(device, "cover_open", True),
        "jam": lambda: setattr(device, "jammed", True),
        "unplug": lambda: setattr(device, "plugged", False),
        "mute": lambda: setattr(device, "muted", True),
        "garble": lambda: setattr(device, "garbled", True),
        "slow": lambda: setattr(device, "seconds_per_kib", 2.0),
        "lie": lambda: setattr(device, "lying", True),
        "stall": lambda: setattr(device, "halted", True),
        "short": lambda: setattr(device, "take_at_most", 9000),
        "crawl": lambda: setattr(device, "take_at_most", 100),
    }

    def repair() -> None:
        device.cover_open = device.jammed = device.muted = device.garbled = device.lying = False
        device.plugged, device.seconds_per_kib, device.take_at_most = True, 0.0, None
        device.refill()

    hands["repair"] = repair
    hands["power-cycle"] = device.power_cycle
    return hands


def device_bench(printer: EscposPrinter, device: FakeUsbPrinter, clock: FakeClock) -> Bench:
    hands = device_hands(device)
    return Bench(
        printer,
        clock,
        lambda band, word: device.at_band(band, hands[word]),
        lambda word: hands[word](),
        lambda: len(device.fired) == 1,
        lambda: [rows for _, rows in device.sheets],
        lambda: device.bands_begun,
    )


def usb_bench(buffer_bytes: int = 64 * 1024) -> Bench:
    clock, device = FakeClock(), FakeUsbPrinter(buffer_bytes)
    backend = FakeUsbBackend(device, clock)
    selector = UsbSelector(VENDOR, PRODUCT)
    printer = escpos_usb_printer(GENERIC_EPSON, selector, SHEETS, clock, backend)
    return device_bench(printer, device, clock)


def tcp_bench(profile: ModelProfile = GENERIC_EPSON) -> Bench:
    clock, device = FakeClock(), FakeUsbPrinter()
    network = FakeTcpNetwork(device, clock)
    address = TcpAddress("printer.invalid")
    printer = escpos_tcp_printer(profile, address, SHEETS, clock, network.connect)
    return device_bench(printer, device, clock)


def simulated_bench() -> Bench:
    clock, device = FakeClock(), SimulatedDevice(keep_sheets=True)
    printer = SimulatedPrinter(SHEETS, clock, device=device)
    names = {
        "paper": "paper-empty", "cover": "open-cover", "jam": "jam", "unplug": "unplug",
        "mute": "mute", "slow": "slow", "lie": "lie", "power-cycle": "power-cycle",
    }  # fmt: skip

    def do(word: str) -> None:
        if word != "repair":
            assert printer.control.do(names[word]).startswith("ok")
            return
        for repair in ("refill", "close-cover", "clear-jam", "plug", "unmute", "normal-speed"):
            printer.control.do(repair)
        printer.control.do("honest")

    return Bench(
        printer,
        clock,
        lambda band, word: printer.control.at_band(band, names[word]),
        do,
        lambda: len(printer.control.fired) == 1,
        lambda: [sheet.rows for sheet in device.sheets],
        lambda: device.counters.bands,
    )


BENCHES = {"usb": usb_bench, "simulated": simulated_bench, "tcp": tcp_bench}

#: What a fault in the middle of a job must end in, for either device.
UNKNOWN = {
    "paper": PrintFault.STATUS_CHANGED,
    "cover": PrintFault.STATUS_CHANGED,
    "jam": PrintFault.STATUS_CHANGED,
    "unplug": PrintFault.DISCONNECTED,
    "mute": PrintFault.TIMED_OUT,
    "lie": PrintFault.COUNTER_MISMATCH,
    "power-cycle": PrintFault.DISCONNECTED,
}
SOME = [
    ("usb", "garble", PrintFault.STATUS_CHANGED),
    ("tcp", "garble", PrintFault.STATUS_CHANGED),
    ("usb", "stall", PrintFault.STALLED),
]
#: Slowness is a fault only when the job's time runs out over it.
LATE = (("usb", "slow"), ("usb", "crawl"), ("simulated", "slow"), ("tcp", "slow"))
CASES = [(name, word, fault) for word, fault in UNKNOWN.items() for name in BENCHES] + SOME


def pages_of(count: int) -> list[bytes]:
    return [page.rows for page in SHEETS.pages(b"/page" * count)]


def check_aftermath(bench: Bench) -> None:
    """Refused until clear; repairing prints nothing; then the next sheet is whole and alone."""
    refused = bench.print(1)
    assert isinstance(refused, NotStarted)
    assert PrinterReason.OWN_JOB in bench.printer.status().reasons
    bands, sheets = bench.bands(), len(bench.sheets())
    bench.do("repair")
    assert (bench.bands(), len(bench.sheets())) == (bands, sheets)
    assert PrinterReason.OWN_JOB in bench.printer.status().reasons
    assert bench.printer.clear() is ClearState.CLEAR
    assert bench.printer.status().ready
    assert isinstance(bench.print(1), Printed)
    assert bench.sheets()[-1:] == pages_of(1)
    assert bench.bands() == bands + BANDS_PER_PAGE


def run_case(name: str, word: str, fault: PrintFault, band: int) -> None:
    bench = BENCHES[name]()
    bench.at_band(band, word)
    outcome = bench.print()
    assert bench.fired()
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is fault
    assert outcome.evidence is not None
    if fault is PrintFault.COUNTER_MISMATCH:
        assert outcome.evidence.completion_mark is True
        assert outcome.evidence.pages_completed == band // BANDS_PER_PAGE
        assert outcome.evidence.bytes_written == outcome.evidence.bytes_total
    else:
        assert outcome.evidence.completion_mark is None
        assert outcome.evidence.bytes_written < outcome.evidence.bytes_total
    assert outcome.status is not None
    check_aftermath(bench)


@pytest.mark.parametrize("band", [0, BANDS // 2, BANDS - 1])
@pytest.mark.parametrize(("name", "word", "fault"), CASES)
def test_fault_in_mid_job_is_unknown(name: str, word: str, fault: PrintFault, band: int) -> None:
    run_case(name, word, fault, band)


@pytest.mark.long
@pytest.mark.parametrize("band", range(BANDS))
@pytest.mark.parametrize(("name", "word", "fault"), CASES)
def test_fault_in_every_band(name: str, word: str, fault: PrintFault, band: int) -> None:
    run_case(name, word, fault, band)


def run_late(name: str, word: str, band: int) -> PrintOutcome:
    """Whatever the band: it is printed whole within the job's time, or UNKNOWN for being late."""
    bench = BENCHES[name]()
    bench.at_band(band, word)
    begun = bench.clock.monotonic()
    outcome = bench.print()
    took = bench.clock.monotonic() - begun
    assert bench.fired()
    if isinstance(outcome, Printed):
        assert took <= JOB_S
        assert bench.sheets() == pages_of(PAGES)
        assert outcome.evidence.bytes_written == outcome.evidence.bytes_total
        return outcome
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.TIMED_OUT
    assert outcome.evidence is not None
    assert outcome.evidence.bytes_written < outcome.evidence.bytes_total
    assert took <= JOB_S + LAST_BAND_S
    check_aftermath(bench)
    return outcome


@pytest.mark.parametrize("band", [0, BANDS // 2])
@pytest.mark.parametrize(("name", "word"), LATE)
def test_a_job_whose_time_runs_out_is_unknown(name: str, word: str, band: int) -> None:
    assert isinstance(run_late(name, word, band), PrintUnknown)


@pytest.mark.parametrize(("name", "word"), LATE)
def test_slow_in_the_last_band_is_still_proven(name: str, word: str) -> None:
    assert isinstance(run_late(name, word, BANDS - 1), Printed)


@pytest.mark.long
@pytest.mark.parametrize("band", range(BANDS))
@pytest.mark.parametrize(("name", "word"), LATE)
def test_slowness_in_every_band(name: str, word: str, band: int) -> None:
    run_late(name, word, band)


@pytest.mark.parametrize("name", BENCHES)
def test_without_a_fault_the_same_job_is_printed(name: str) -> None:
    bench = BENCHES[name]()
    assert isinstance(bench.print(), Printed)
    assert bench.sheets() == pages_of(PAGES)
    assert bench.bands() == BANDS


@pytest.mark.parametrize("band", [0, BANDS // 2, BANDS - 1])
def test_short_writes_are_continued_to_the_last_byte(band: int) -> None:
    bench = usb_bench()
    bench.at_band(band, "short")
    outcome = bench.print()
    assert bench.fired()
    assert isinstance(outcome, Printed)
    assert bench.sheets() == pages_of(PAGES)


@pytest.mark.parametrize("word", ["paper", "cover", "jam", "unplug", "mute", "garble"])
@pytest.mark.parametrize("name", BENCHES)
def test_fault_before_the_job_is_not_started(name: str, word: str) -> None:
    if name == "simulated" and word == "garble":
        word = "paper"
    bench = BENCHES[name]()
    bench.do(word)
    outcome = bench.print()
    assert isinstance(outcome, NotStarted)
    assert outcome.fault in (PrintFault.NOT_READY, PrintFault.DISCONNECTED)
    assert bench.bands() == 0
    bench.do("repair")
    assert bench.sheets() == []
    assert isinstance(bench.print(), Printed)


@pytest.mark.parametrize("word", ["paper", "cover", "jam", "unplug", "mute"])
@pytest.mark.parametrize("name", BENCHES)
def test_fault_while_the_section_is_told_is_not_started(name: str, word: str) -> None:
    bench = BENCHES[name]()
    outcome = bench.print(spooling=lambda: bench.do(word))
    assert isinstance(outcome, NotStarted)
    assert bench.bands() == 0
    bench.do("repair")
    assert bench.sheets() == []
    assert isinstance(bench.print(), Printed)
    assert bench.sheets() == pages_of(PAGES)


def test_a_printer_with_a_full_buffer_needs_switching_off_or_empties_it_itself() -> None:
    # 4 KiB, paper out: it holds the bus off and cannot even be asked.
    bench = usb_bench(buffer_bytes=4096)
    bench.at_band(2, "paper")
    outcome = bench.print()
    assert bench.fired()
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.TIMED_OUT
    assert bench.printer.clear() is ClearState.NEEDS_POWER_CYCLE
    assert isinstance(bench.print(), NotStarted)
    bench.do("power-cycle")
    bench.do("repair")
    bench.printer.status()  # the old connection is noticed to be gone
    assert bench.printer.clear() is ClearState.CLEAR
    assert isinstance(bench.print(1), Printed)
    assert bench.sheets()[-1:] == pages_of(1)


def test_after_a_power_cycle_staff_may_say_so() -> None:
    bench = usb_bench()
    bench.at_band(1, "mute")
    assert isinstance(bench.print(), PrintUnknown)
    assert bench.printer.clear() is ClearState.NEEDS_POWER_CYCLE
    bench.do("power-cycle")
    bench.do("repair")
    assert not bench.printer.status().ready  # also notices that the old connection is gone
    bench.printer.power_cycled()
    assert bench.printer.status().ready


@pytest.mark.parametrize("name", BENCHES)
def test_status_stays_within_two_seconds(name: str) -> None:
    for word in ("mute", "unplug", "paper"):
        bench = BENCHES[name]()
        bench.do(word)
        before = bench.clock.monotonic()
        assert not bench.printer.status().ready
        assert bench.clock.monotonic() - before <= 2.0


def test_status_of_a_printer_that_holds_the_bus_off_waits_once_for_what_is_owed() -> None:
    bench = usb_bench(buffer_bytes=4096)
    bench.at_band(0, "paper")
    bench.print()
    before = bench.clock.monotonic()
    assert not bench.printer.status().ready
    assert bench.clock.monotonic() - before <= 2.0 + ANSWER_WAIT_S


def test_clear_at_boot_cuts_off_what_an_earlier_process_left() -> None:
    clock, device = FakeClock(), FakeUsbPrinter()
    backend = FakeUsbBackend(device, clock)

    def boot() -> EscposPrinter:
        return escpos_usb_printer(
            GENERIC_EPSON, UsbSelector(VENDOR, PRODUCT), SHEETS, clock, backend
        )

    device.at_band(2, lambda: setattr(device, "paper", False))
    killed = boot()
    killed.print(small_job(), lambda _: None, lambda _: True)
    killed.close()
    device.refill()
    booted = boot()
    assert booted.clear() is ClearState.CLEAR
    assert isinstance(booted.print(small_job(), lambda _: None, lambda _: True), Printed)
    assert device.sheets[-1][1] == pages_of(1)[0]


def test_clear_without_paper_says_that_part_of_a_sheet_is_still_there() -> None:
    bench = simulated_bench()
    bench.at_band(3, "paper")
    bench.print()
    assert bench.printer.clear() is ClearState.HOLDS_OWN
    bench.do("repair")
    assert bench.printer.clear() is ClearState.CLEAR

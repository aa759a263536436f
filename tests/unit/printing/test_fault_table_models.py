"""The fault table of every other model: one that can be told to drop a job is free when it said
that it did; after a fault on one that cannot, every job is refused until staff switched it off and
on. Then the next sheet is whole and alone."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

import pytest

from kiosk.domain.checks import CheckCode
from kiosk.domain.printer import (
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
from kiosk.printing.dialects import job_bands
from kiosk.printing.escpos_printer import EscposPrinter
from kiosk.printing.escpos_usb import escpos_usb_printer
from kiosk.printing.models import (
    CUSTOM_KPM216H,
    EPSON_NO_COUNTER,
    GENERIC_EPSON,
    ROLL_SLIP,
    STAR_LINE,
    STATUS_ONLY,
    ModelProfile,
)
from kiosk.printing.tcp import TcpAddress, TcpTransport, escpos_tcp_printer
from kiosk.printing.transport import Transport, UsbSelector, UsbTransport
from kiosk.selftest.printer import PrinterCheck
from tests.fakes.tcp_printer import FakeTcpNetwork
from tests.fakes.usb_backend import PRODUCT, VENDOR, FakeUsbBackend, FakeUsbPrinter
from tests.fakes.usb_models import FakeCustomPrinter, FakeStarPrinter
from tests.unit.printing.fake_clock import FakeClock
from tests.unit.printing.sheets import SmallSheets, small_job
from tests.unit.printing.test_fault_table import (
    BANDS,
    BANDS_PER_PAGE,
    JOB_S,
    LAST_BAND_S,
    PAGES,
    SHEETS,
    Bench,
    check_aftermath,
    device_bench,
    pages_of,
)


@dataclass
class Booted(Bench):
    """``boot`` is the driver of another process; ``transport`` what an earlier one wrote to."""

    profile: ModelProfile
    boot: Callable[[], EscposPrinter]
    transport: Transport


def booted(
    profile: ModelProfile,
    device: FakeUsbPrinter,
    clock: FakeClock,
    boot: Callable[[], EscposPrinter],
    transport: Transport,
) -> Booted:
    bench = device_bench(boot(), device, clock)
    return Booted(**vars(bench), profile=profile, boot=boot, transport=transport)


def usb(profile: ModelProfile, device: FakeUsbPrinter) -> Booted:
    clock, selector = FakeClock(), UsbSelector(VENDOR, PRODUCT)
    backend = FakeUsbBackend(device, clock)
    return booted(
        profile, device, clock,
        lambda: escpos_usb_printer(profile, selector, SHEETS, clock, backend),
        UsbTransport(selector, backend),
    )  # fmt: skip


def tcp(profile: ModelProfile, device: FakeUsbPrinter) -> Booted:
    clock, address = FakeClock(), TcpAddress("printer.invalid")
    connect = FakeTcpNetwork(device, clock).connect
    return booted(
        profile, device, clock,
        lambda: escpos_tcp_printer(profile, address, SHEETS, clock, connect),
        TcpTransport(address, connect),
    )  # fmt: skip


BENCHES: dict[str, Callable[[], tuple[Booted, FakeUsbPrinter]]] = {}


def _bench(
    name: str,
    wire: Callable[[ModelProfile, FakeUsbPrinter], Booted],
    profile: ModelProfile,
    make: Callable[[], FakeUsbPrinter],
) -> None:
    def build() -> tuple[Booted, FakeUsbPrinter]:
        device = make()
        return wire(profile, device), device

    BENCHES[name] = build


_bench("usb-custom", usb, CUSTOM_KPM216H, FakeCustomPrinter)
_bench("usb-star", usb, STAR_LINE, FakeStarPrinter)
_bench("tcp-custom", tcp, CUSTOM_KPM216H, FakeCustomPrinter)
_bench("tcp-star", tcp, STAR_LINE, FakeStarPrinter)
_bench("usb-roll", usb, ROLL_SLIP, FakeUsbPrinter)
_bench("tcp-roll", tcp, ROLL_SLIP, FakeUsbPrinter)
_bench("usb-no-counter", usb, EPSON_NO_COUNTER, FakeUsbPrinter)
_bench("tcp-no-counter", tcp, EPSON_NO_COUNTER, FakeUsbPrinter)

#: Models without a counter cannot tell that paper did not move: the mark alone is their proof.
COUNTERS = ("usb-custom", "usb-star", "tcp-custom", "tcp-star")
CANCELS = tuple(name for name in BENCHES if name not in COUNTERS)

UNKNOWN = {
    "paper": (PrintFault.STATUS_CHANGED,),
    "cover": (PrintFault.STATUS_CHANGED,),
    "jam": (PrintFault.STATUS_CHANGED,),
    "unplug": (PrintFault.DISCONNECTED,),
    "mute": (PrintFault.TIMED_OUT, PrintFault.NO_COMPLETION),
    "lie": (PrintFault.COUNTER_MISMATCH, PrintFault.NO_COMPLETION),
    "garble": (PrintFault.STATUS_CHANGED, PrintFault.NO_COMPLETION),
    "power-cycle": (PrintFault.DISCONNECTED,),
}


CASES = [(name, word) for name in BENCHES for word in UNKNOWN if name in COUNTERS or word != "lie"]
CASES += [(name, "stall") for name in BENCHES if name.startswith("usb")]
UNKNOWN["stall"] = (PrintFault.STALLED,)


def run_case(name: str, word: str, band: int) -> None:
    bench, device = BENCHES[name]()
    bench.at_band(band, word)
    outcome = bench.print()
    assert bench.fired()
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault in UNKNOWN[word]
    assert outcome.evidence is not None
    assert outcome.evidence.completion_mark is not True or word == "lie"
    assert outcome.evidence.pages_completed != PAGES
    if name in CANCELS:
        check_aftermath(bench)
        return
    assert isinstance(bench.print(1), NotStarted)
    assert PrinterReason.OWN_JOB in bench.printer.status().reasons
    assert bench.printer.clear() is not ClearState.CLEAR
    staff_switch_it_off_and_on(bench, device)
    assert isinstance(bench.print(1), Printed)
    assert bench.sheets()[-1:] == pages_of(1)


def staff_switch_it_off_and_on(bench: Bench, device: FakeUsbPrinter) -> None:
    """Off, the paper out of the path, on, new paper: and nothing comes out of it."""
    before = len(bench.sheets())
    bench.do("power-cycle")
    device.take_out_paper()
    bench.do("repair")
    bench.printer.status()  # the old connection is noticed to be gone
    bench.printer.power_cycled()
    assert bench.printer.clear() is ClearState.CLEAR
    assert bench.printer.status().ready
    assert len(bench.sheets()) == before


@pytest.mark.parametrize("band", [0, BANDS // 2, BANDS - 1])
@pytest.mark.parametrize(("name", "word"), CASES)
def test_fault_in_mid_job_is_unknown(name: str, word: str, band: int) -> None:
    run_case(name, word, band)


@pytest.mark.long
@pytest.mark.parametrize("band", range(BANDS))
@pytest.mark.parametrize(("name", "word"), CASES)
def test_fault_in_every_band(name: str, word: str, band: int) -> None:
    run_case(name, word, band)


@pytest.mark.parametrize(("name", "word"), CASES[:3])
def test_a_fault_that_does_not_happen_fails_the_table(name: str, word: str) -> None:
    with pytest.raises(AssertionError):
        run_case(name, word, BANDS)


@pytest.mark.parametrize("name", CANCELS)
def test_what_a_model_without_a_counter_cannot_tell_is_missing_in_the_evidence(name: str) -> None:
    bench, _ = BENCHES[name]()
    bench.at_band(0, "lie")
    outcome = bench.print()
    assert bench.fired()
    assert isinstance(outcome, Printed)
    assert outcome.evidence.completion_mark is True
    assert outcome.evidence.pages_completed is None


def run_late(name: str, word: str, band: int) -> PrintOutcome:
    """Printed whole within the job's time, or UNKNOWN for being late."""
    bench, device = BENCHES[name]()
    bench.at_band(band, word)
    begun = bench.clock.monotonic()
    outcome = bench.print()
    assert bench.fired()
    if isinstance(outcome, Printed):
        assert bench.clock.monotonic() - begun <= JOB_S
        assert bench.sheets() == pages_of(PAGES)
        return outcome
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault in (PrintFault.TIMED_OUT, PrintFault.NO_COMPLETION)
    assert outcome.evidence is not None
    assert outcome.evidence.completion_mark is not True
    assert bench.clock.monotonic() - begun <= JOB_S + LAST_BAND_S
    if name in CANCELS:
        check_aftermath(bench)
        return outcome
    assert isinstance(bench.print(1), NotStarted)
    staff_switch_it_off_and_on(bench, device)
    assert isinstance(bench.print(1), Printed)
    return outcome


@pytest.mark.parametrize("name", BENCHES)
def test_a_job_whose_time_runs_out_is_unknown(name: str) -> None:
    assert isinstance(run_late(name, "slow", 0), PrintUnknown)


@pytest.mark.parametrize("name", BENCHES)
def test_slow_in_the_last_band_is_still_proven(name: str) -> None:
    assert isinstance(run_late(name, "slow", BANDS - 1), Printed)


@pytest.mark.long
@pytest.mark.parametrize("band", range(BANDS))
@pytest.mark.parametrize("word", ["slow", "crawl"])
@pytest.mark.parametrize("name", BENCHES)
def test_slowness_in_every_band(name: str, word: str, band: int) -> None:
    run_late(name, word, band)


@pytest.mark.parametrize("band", range(BANDS + 1))
@pytest.mark.parametrize("name", BENCHES)
def test_half_a_sheet_that_a_killed_process_left_is_never_above_the_next_one(
    name: str, band: int
) -> None:
    """Killed between two bands: the buffer is empty, the paper hangs in the path, uncut."""
    bench, _ = BENCHES[name]()
    left = list(job_bands(SHEETS.pages(b"/page" * PAGES), bench.profile.dialect))
    bench.transport.open()
    for band_left in left[:band]:
        assert bench.transport.write(band_left.data).fault is None
    booted = bench.boot()
    if (state := booted.clear()) is ClearState.UNKNOWN:
        assert PrinterReason.PRESENTER_OCCUPIED in booted.status().reasons
        while not booted.status().ready:  # until staff have taken it out
            pass
        state = booted.clear()
    assert state is ClearState.CLEAR
    cut = len(bench.sheets())
    assert isinstance(booted.print(small_job(1), lambda _: None, lambda _: True), Printed)
    assert bench.sheets()[cut:] == pages_of(1)


@pytest.mark.parametrize("missing", [1, 2, 4, 6, 9, 40, 4000])
@pytest.mark.parametrize("name", COUNTERS)
def test_killed_within_a_band_it_needs_switching_off(name: str, missing: int) -> None:
    """What the device still waits for would swallow whatever it is told."""
    bench, device = BENCHES[name]()
    device.strict = False
    left = next(job_bands(SHEETS.pages(b"/page"), bench.profile.dialect)).data
    bench.transport.open()
    assert bench.transport.write(left[:-missing]).fault is None
    booted = bench.boot()
    if booted.clear() is not ClearState.CLEAR:
        assert PrinterReason.OWN_JOB in booted.status().reasons
        assert isinstance(booted.print(small_job(1), lambda _: None, lambda _: True), NotStarted)
        device.power_cycle()
        booted.status()
        booted.power_cycled()
        assert booted.clear() is ClearState.CLEAR
    cut = len(bench.sheets())
    assert isinstance(booted.print(small_job(1), lambda _: None, lambda _: True), Printed)
    assert bench.sheets()[cut:] == pages_of(1)


@pytest.mark.parametrize("name", COUNTERS)
def test_after_a_power_cycle_the_half_sheet_in_the_path_is_put_out(name: str) -> None:
    bench, _ = BENCHES[name]()
    bench.at_band(2, "mute")
    assert isinstance(bench.print(), PrintUnknown)
    bench.do("power-cycle")
    bench.do("repair")
    bench.printer.status()
    bench.printer.power_cycled()
    assert bench.printer.clear() is ClearState.CLEAR
    cut = len(bench.sheets())
    assert isinstance(bench.print(1), Printed)
    assert bench.sheets()[cut:] == pages_of(1)


@pytest.mark.parametrize("name", BENCHES)
def test_without_a_fault_every_page_is_counted(name: str) -> None:
    bench, _ = BENCHES[name]()
    outcome = bench.print()
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed == (PAGES if name in COUNTERS else None)
    assert outcome.evidence.completion_mark is True
    assert bench.sheets() == pages_of(PAGES)
    assert bench.bands() == PAGES * BANDS_PER_PAGE
    assert isinstance(bench.print(1), Printed)


@pytest.mark.parametrize("taken", [True, False])
def test_a_sheet_left_in_the_presenter_is_evidence_and_keeps_the_next_job_out(taken: bool) -> None:
    bench, device = BENCHES["usb-custom"]()
    assert isinstance(device, FakeCustomPrinter)
    device.looks_until_taken = 5 if taken else 10_000
    outcome = bench.print(1)
    assert isinstance(outcome, Printed)
    assert outcome.evidence.presenter_taken is taken
    status = bench.printer.status()
    assert status.ready is taken
    if not taken:
        assert status.state is PrinterState.BUSY
        assert status.reasons == {PrinterReason.PRESENTER_OCCUPIED}
        assert bench.print(1) == NotStarted(PrintFault.BUSY, status)


@pytest.mark.parametrize("name", ["usb-custom", "tcp-custom"])
def test_a_sheet_that_never_leaves_the_presenter_is_not_taken_for_the_next_page(name: str) -> None:
    bench, device = BENCHES[name]()
    assert isinstance(device, FakeCustomPrinter)
    device.stuck, device.looks_until_taken = True, 10_000
    outcome = bench.print(2)
    assert isinstance(outcome, PrintUnknown)
    assert outcome.fault is PrintFault.NO_COMPLETION
    assert outcome.evidence.pages_completed == 1
    assert bench.sheets() == pages_of(1)


DEVICES: dict[str, Callable[[], FakeUsbPrinter]] = {
    "epson": FakeUsbPrinter,
    "custom": FakeCustomPrinter,
    "star": FakeStarPrinter,
}


@pytest.mark.parametrize(
    ("profile", "device"),
    [
        (GENERIC_EPSON, "custom"), (GENERIC_EPSON, "star"), (CUSTOM_KPM216H, "epson"),
        (CUSTOM_KPM216H, "star"), (STAR_LINE, "epson"), (STAR_LINE, "custom"), (ROLL_SLIP, "star"),
        (STATUS_ONLY, "custom"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)  # fmt: skip
def test_a_wrong_model_in_the_configuration_is_never_ready(
    profile: ModelProfile, device: str
) -> None:
    wrong = DEVICES[device]()
    wrong.strict = False
    bench = usb(profile, wrong)
    assert not bench.printer.status().ready
    assert bench.printer.status().state is PrinterState.UNKNOWN
    assert bench.printer.clear() is not ClearState.CLEAR
    assert isinstance(bench.print(1), NotStarted)
    assert bench.sheets() == []


def test_a_slip_is_proven_by_its_mark_and_has_no_counter() -> None:
    bench = tcp(ROLL_SLIP, FakeUsbPrinter())
    outcome = bench.print(1)
    assert isinstance(outcome, Printed)
    assert outcome.evidence.pages_completed is None
    assert outcome.evidence.completion_mark is True


class NoEcho(FakeUsbPrinter):
    """Answers the status as Epson does, drops a job when told, and keeps no process ids."""

    def _group(self, letter: bytes) -> Generator[int, bytes, None]:
        if letter == b"(":
            yield 9
        else:
            yield from super()._group(letter)


class NoCounter(FakeUsbPrinter):
    def _group(self, letter: bytes) -> Generator[int, bytes, None]:
        if letter == b"g":
            yield 4
        else:
            yield from super()._group(letter)


class NoCancel(FakeUsbPrinter):
    def __init__(self) -> None:
        super().__init__()
        self.strict = False  # what it does not know it would print as letters

    def _obey_real_time(self, fresh: int) -> None:
        before = bytes(self._answers), bytes(self._fifo)
        super()._obey_real_time(fresh)
        if self._answers.endswith(b"7%\x00"):
            self._answers[:], self._fifo[:] = before


@pytest.mark.parametrize(
    ("profile", "make"),
    [(GENERIC_EPSON, NoEcho), (GENERIC_EPSON, NoCancel), (GENERIC_EPSON, NoCounter),
     (EPSON_NO_COUNTER, NoEcho), (ROLL_SLIP, NoCancel)],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", "")),
)  # fmt: skip
def test_a_device_that_only_looks_like_its_model_is_found_by_the_self_test(
    profile: ModelProfile, make: Callable[[], FakeUsbPrinter]
) -> None:
    bench = usb(profile, make())
    first = bench.printer.clear()
    if first is not ClearState.CLEAR:  # staff are told to switch it off and on; it does not help
        assert PrinterCheck(bench.printer).run().code is CheckCode.PRINTER_OWN_JOB
        bench.do("power-cycle")
        bench.printer.status()
        bench.printer.power_cycled()
        assert bench.printer.clear() is not ClearState.CLEAR
        assert bench.printer.clear() is not ClearState.CLEAR  # もう一度 is pressed
    finding = PrinterCheck(bench.printer).run()
    assert finding.code is CheckCode.PRINTER_MODEL
    assert profile.name in finding.detail
    assert bench.sheets() == []


@pytest.mark.parametrize("name", BENCHES)
def test_the_right_model_is_confirmed_without_ink(name: str) -> None:
    bench, _ = BENCHES[name]()
    assert bench.printer.confirm().fit is ModelFit.NOT_ASKED  # nobody has looked what it holds
    assert not PrinterCheck(bench.printer).run().ok
    assert bench.printer.clear() is ClearState.CLEAR
    for _ in range(2):
        assert bench.printer.confirm().fit is ModelFit.FITS
        assert PrinterCheck(bench.printer).run().ok
    assert (bench.sheets(), bench.bands()) == ([], 0)
    bench.do("paper")
    assert bench.printer.confirm().fit is ModelFit.NOT_ASKED


def test_another_programs_printer_is_waited_for_then_refused_then_printed_on() -> None:
    clock, device = FakeClock(), FakeUsbPrinter()
    backend = FakeUsbBackend(device, clock)
    printer: EscposPrinter = escpos_usb_printer(
        GENERIC_EPSON, UsbSelector(VENDOR, PRODUCT), SmallSheets(), clock, backend
    )
    device.claimed_elsewhere = True
    begun = clock.monotonic()
    refused = printer.print(small_job(), lambda _: None, lambda _: True)
    assert isinstance(refused, NotStarted)
    assert refused.fault is PrintFault.BUSY
    assert refused.status is not None
    assert refused.status.reasons == {PrinterReason.OTHER_JOB}
    assert 30 <= clock.monotonic() - begun <= 90
    assert device.received == b""
    device.claimed_elsewhere = False
    assert isinstance(printer.print(small_job(), lambda _: None, lambda _: True), Printed)

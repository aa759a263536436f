"""The runner: what goes wrong in a worker becomes an answer, and no log line tells of anyone."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from kiosk.domain.ports import SectionServer, ServerFault
from kiosk.domain.printer import (
    NO_ANSWER,
    ClearState,
    NotStarted,
    PrintFault,
    PrintUnknown,
)
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.runner import Parts, Runner
from kiosk.session.state import Phase, Session
from tests.fakes.clock import FakeClock
from tests.fakes.printer import FakePrinter
from tests.fakes.sheet_maker import FakeSheetMaker, read_marks
from tests.flows.bench import kiosk
from tests.flows.people import HOUSE, PERSON
from tests.unit.session.drive import Play, content_of

SECRET = PERSON["name"]
LOST = ServerFault("internal", sent=True)


class Raising:
    """Every call raises, with somebody's name in its words."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*_: object) -> Any:
            raise RuntimeError(SECRET)

        return call


class Bench:
    def __init__(self, server: object, printer: FakePrinter | None = None) -> None:
        self.posted: queue.SimpleQueue[ev.At] = queue.SimpleQueue()
        self.printer = printer or FakePrinter()
        self.wiped = 0
        parts = Parts(
            server=cast(SectionServer, server), printer=self.printer, maker=FakeSheetMaker(),
            clock=FakeClock(), self_test=lambda: (), read_marks=read_marks, wipe=self._wipe,
        )  # fmt: skip
        self.runner = Runner(parts, self.posted.put)

    def _wipe(self) -> None:
        self.wiped += 1

    def answer(self, effect: ef.Effect) -> Any:
        self.runner.perform(effect)
        return self.posted.get(timeout=30)


@pytest.fixture
def raising() -> Iterator[Bench]:
    bench = Bench(Raising())
    yield bench
    assert bench.runner.close()


def effects() -> list[tuple[ef.Effect, object]]:
    """Every effect that calls the server, and what the machine hears when that raises."""
    play = Play().to_settle()
    by_kind = {type(effect): effect for effect in play.all}
    kinds = (ef.SayHello, ef.OpenTerminal, ef.Recover, ef.Apply, ef.Reserve, ef.Release, ef.Settle)
    return [(by_kind[kind], LOST) for kind in kinds]


@pytest.mark.parametrize(("effect", "answer"), effects(), ids=lambda v: type(v).__name__)
def test_a_call_that_raises_is_a_fault_and_no_word_of_it_is_logged(
    effect: ef.Effect, answer: object, raising: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heard = raising.answer(effect)
    assert heard.answer == answer
    assert heard.generation == effect.generation
    assert "RuntimeError" in caplog.text
    assert SECRET not in caplog.text


def test_a_self_test_that_cannot_be_reported_is_no_self_test(raising: Bench) -> None:
    heard = raising.answer(ef.RunSelfTest(7))
    assert (heard.generation, heard.checks, heard.reported) == (7, (), False)


def test_a_printer_that_raises_gives_no_answer(raising: Bench) -> None:
    def broken() -> Any:
        raise OSError(SECRET)

    raising.printer.status = broken  # type: ignore[method-assign]
    assert raising.answer(ef.LookAtPrinter(1)).status == NO_ANSWER


def test_a_printer_that_raises_on_clear_is_not_clear() -> None:
    heard: list[ClearState] = []

    class Server:
        def recover(self, clear: ClearState, power_cycled: bool) -> ServerFault:
            heard.append(clear)
            return LOST

    bench = Bench(Server())

    def broken() -> Any:
        raise OSError(SECRET)

    bench.printer.clear = broken  # type: ignore[method-assign]
    bench.answer(ef.Recover(1, power_cycled=False))
    assert heard == [ClearState.UNKNOWN]
    assert bench.runner.close()


def sheet() -> tuple[Session, ef.PrintSheet]:
    play = Play().to_print()
    return play.session, play.asked(ef.PrintSheet)


class Accepting:
    def __init__(self) -> None:
        self.spooled = 0

    def spool(self, *_: object) -> None:
        self.spooled += 1


def test_only_the_live_issue_is_spooled() -> None:
    session, effect = sheet()
    bench = Bench(Accepting())
    bench.runner.observe(Session(phase=Phase.SORRY))
    assert isinstance(bench.answer(effect).outcome, NotStarted)
    assert bench.printer.bytes_received == 0
    bench.runner.observe(session)
    bench.answer(effect)
    assert bench.printer.bytes_received == len(effect.job.pdf)
    assert bench.runner.close()


def test_a_visit_that_ends_while_the_server_is_told_sends_nothing() -> None:
    session, effect = sheet()

    class Slow(Accepting):
        def spool(self, *_: object) -> None:
            bench.runner.observe(Session(phase=Phase.SORRY))

    bench = Bench(Slow())
    bench.runner.observe(session)
    assert isinstance(bench.answer(effect).outcome, NotStarted)
    assert bench.printer.bytes_received == 0
    assert bench.runner.close()


@pytest.mark.parametrize("wrong", ["number", "entry", "user_id", "terminal", "issue_id"])
def test_a_sheet_that_says_another_thing_of_itself_is_not_spooled(wrong: str) -> None:
    session, effect = sheet()
    marks = tuple((name, "x" if name == wrong else value) for name, value in effect.marks)
    bench = Bench(Accepting())
    bench.runner.observe(session)
    other = ef.PrintSheet(effect.generation, effect.job, marks, effect.drawn)
    assert bench.answer(other).outcome == NotStarted(PrintFault.MISMATCH)
    assert bench.printer.bytes_received == 0
    assert bench.runner.close()


def test_a_driver_that_raises_after_the_first_byte_leaves_it_unknown() -> None:
    session, effect = sheet()
    bench = Bench(Accepting(), FakePrinter(raises=OSError(SECRET)))
    bench.runner.observe(session)
    bench.runner.perform(effect)
    heard = [bench.posted.get(timeout=30), bench.posted.get(timeout=30)]
    assert isinstance(heard[0], ev.PrintProgressed)
    assert isinstance(heard[1], ev.PrintEnded)
    assert heard[1].outcome == PrintUnknown(PrintFault.INTERNAL)
    assert bench.runner.close()


def test_a_wipe_forgets_what_waits_but_not_what_is_owed() -> None:
    gate = threading.Event()
    done: list[str] = []

    class Server:
        def hello(self) -> ServerFault:
            gate.wait(30)
            return LOST

        def open_entry(self, *_: object) -> ServerFault:
            done.append("open_entry")
            return LOST

        def end_visit(self, *_: object) -> None:
            done.append("end_visit")

    bench = Bench(Server())
    bench.runner.perform(ef.SayHello(1))
    bench.runner.perform(ef.OpenEntry(1, "a", HOUSE.entry_id))
    bench.runner.perform(ef.EndVisit(1, "visit-1", "done"))
    bench.runner.perform(ef.Wipe(2))
    gate.set()
    assert bench.runner.wait_idle(30)
    assert done == ["end_visit"]
    assert bench.wiped == 1
    assert bench.runner.close()


def test_the_log_of_a_whole_visit_names_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with kiosk() as k:
        k.issue()
        k.touch(ev.Finished)
    assert "end Settle" in caplog.text
    for text in (*PERSON.values(), HOUSE.owner, HOUSE.lot):
        assert text not in caplog.text


def test_the_heartbeat_beats_by_itself_and_carries_its_generation() -> None:
    beats: list[str] = []

    class Server:
        def heartbeat(self, phase: str, _printer: object) -> ServerFault:
            beats.append(phase)
            return LOST

    bench = Bench(Server())
    bench.runner.observe(Session(phase=Phase.ATTRACT, generation=5))
    bench.runner.start_heartbeat()
    heard = bench.posted.get(timeout=30)
    assert isinstance(heard, ev.HeartbeatAnswered)
    assert heard.generation == 5
    assert beats[0] == "attract"
    assert bench.runner.close()


def test_the_preview_is_drawn_without_a_stamp() -> None:
    bench = Bench(Raising())
    heard = bench.answer(ef.MakePreview(3, HOUSE))
    assert heard.answer == content_of()
    assert len(heard.pages) == 1
    assert bench.runner.close()

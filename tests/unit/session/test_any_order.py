"""The machine against a section and a printer, in any order that hands, lanes and wires can make.

Hypothesis plays the person, the lanes and the wire: it touches anything, lets effects run in any
order, loses answers, brings them twice or long after. What must always hold is asked every time.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kiosk.domain.card import FelicaCard, FelicaProof, NoCard, SignInMethod
from kiosk.domain.certificate import CertificateContent, DrawnCertificate
from kiosk.domain.issuance import IssueState
from kiosk.domain.ports import CheckResult, ServerFault
from kiosk.domain.printer import (
    ClearState,
    NotStarted,
    Printed,
    PrinterStatus,
    PrintEvidence,
    PrintFault,
    PrintOutcome,
    PrintUnknown,
)
from kiosk.domain.query import Query, QueryKind, SearchUnavailable
from kiosk.ledger_client.memory import InMemorySectionServer, MemorySection
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.machine import HEARD_ALWAYS, boot, step
from kiosk.session.moves import REST_PHASES
from kiosk.session.state import VISIT_PHASES, Phase, Session, Stage
from tests.fakes.clock import FakeClock
from tests.fakes.printer import EMPTY, OCCUPIED, READY
from tests.fakes.sheet_maker import FakeSheetMaker
from tests.flows.people import HOUSE, LEDGER, PERSON

METHODS = (SignInMethod.STAFF_ID, SignInMethod.FELICA)
IDM = b"MIHON\x00\x00\x01"
LOST = {True: ServerFault("timeout", sent=True), False: ServerFault("offline", sent=False)}


def _slip_printed() -> Printed:
    return Printed(PrintEvidence(1, 1, ("0" * 64,)))


def _stale(session: Session, event: ev.At) -> bool:
    if not isinstance(event, ev.Answer) or isinstance(event, HEARD_ALWAYS):
        return False
    return event.generation != session.generation


#: Where a hand that wants a certificate touches next; other hands touch anything, anywhere.
FORWARD: dict[Phase, tuple[tuple[type[ev.At], dict[str, Any]], ...]] = {
    Phase.SIGN_IN: ((ev.StaffSignIn, {"staff_id": "opener", "pin": "482913"}),),
    Phase.OUT_OF_ORDER: ((ev.SelfTestAgain, {}), (ev.StaffWanted, {})),
    Phase.CLOSED: ((ev.StaffWanted, {}),),
    Phase.STAFF_MENU: ((ev.TestPrintPressed, {}), (ev.MenuLeft, {})),
    Phase.ATTRACT: ((ev.Begin, {}),),
    Phase.CONSENT: ((ev.ConsentGiven, {}),),
    Phase.APPLICANT: (
        *((ev.FieldEdited, {"name": name, "text": text}) for name, text in PERSON.items()),
        (ev.ApplicantDone, {}),
    ),
    Phase.SEARCH: ((ev.SearchTextEdited, {"text": "中央"}), (ev.SearchPressed, {})),
    Phase.RESULTS: ((ev.HitChosen, {"entry_id": HOUSE.entry_id}),),
    Phase.ENTRY: ((ev.CertifyPressed, {}),),
    Phase.HISTORY: ((ev.HitChosen, {"entry_id": HOUSE.entry_id}),),
    Phase.NEIGHBOURS: ((ev.BackPressed, {}),),
    Phase.PREVIEW: ((ev.PreviewAccepted, {}),),
    Phase.CONFIRM: ((ev.CopiesChosen, {"copies": 2}), (ev.IssuePressed, {})),
    Phase.TAKE_PAPER: ((ev.AnotherBuilding, {}), (ev.PaperTaken, {})),
    Phase.END: ((ev.Finished, {}),),
    Phase.SORRY: ((ev.Finished, {}),),
}
HANDS: tuple[tuple[type[ev.At], dict[str, Any]], ...] = (
    *(touch for touches in FORWARD.values() for touch in touches),
    (ev.BackPressed, {}), (ev.CancelPressed, {}), (ev.CancelConfirmed, {}),
    (ev.HistoryPressed, {}), (ev.NeighboursPressed, {}), (ev.MapOpened, {}), (ev.MapClosed, {}),
    (ev.AreaChosen, {"area": "葛西"}),
    (ev.BesideChosen, {"query": Query(QueryKind.LOT, "中央一丁目102番")}),
    (ev.CancelDismissed, {}), (ev.StillHere, {}), (ev.Touched, {}),
    (ev.StaffSignIn, {"staff_id": "opener", "pin": "482913", "power_cycled": True}),
    (ev.StaffCardSignIn, {"pin": "482913", "menu": True}), (ev.ClosePressed, {}),
    (ev.StaffCardSignIn, {"pin": "000000"}), (ev.StaffWanted, {}),
)  # fmt: skip


Trouble = tuple[type[ef.Effect], str]
TROUBLES: list[Trouble | None] = [
    None,
    *(
        (kind, what)
        for kind in (ef.Reserve, ef.Release, ef.DrawSheet, ef.PrintSheet, ef.Settle)
        for what in ("before", "after", "stop", "heard_stop", "correct", "paper", "die")
    ),
]


class TerminalInTheWorld(RuleBasedStateMachine):
    """The pure machine; effects wait in ``todo`` until Hypothesis lets one of them happen."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.maker = FakeSheetMaker()
        self.section = MemorySection(LEDGER, self.maker, self.clock)
        self.section.felica_cards[IDM] = "opener"
        self.server = InMemorySectionServer(self.section)
        self.insertions = 0
        self.todo: list[ef.Effect] = []
        self.answered: list[ev.At] = []
        self.status: PrinterStatus = READY
        self.held: set[str] = set()  # issues of which the printer may still hold something
        self.sheets: Counter[str] = Counter()
        self.printing: Counter[str] = Counter()
        self.released: Counter[str] = Counter()
        self.session: Session

    @initialize(seed=st.integers(0, 2**32))
    def power_on(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.session = Session()
        self._taken(boot(self.clock.monotonic(), f"seed-{seed}", methods=METHODS))

    # --- a step -------------------------------------------------------------------------------

    def _take(self, event: ev.At) -> None:
        before = self.session
        taken = step(before, event)
        if _stale(before, event):
            assert taken[1] == ()
            assert replace(taken[0], now=before.now) == before
        self._taken(taken)

    def _taken(self, taken: tuple[Session, tuple[ef.Effect, ...]]) -> None:
        self.session, effects = taken
        for effect in effects:
            self._checked(effect)
        self.todo.extend(effects)

    def _checked(self, effect: ef.Effect) -> None:
        """What may be asked for at all, at the moment when it is asked for."""
        session = self.session
        if isinstance(effect, ef.Reserve):
            assert session.pending is None
            assert session.facts.accepting
            assert not session.facts.need_staff
        if isinstance(effect, ef.Release):
            assert session.facts.accepting, "a stop order beats a release"
            self.released[effect.issue_id] += 1
            assert self.released[effect.issue_id] == 1
        if isinstance(effect, ef.PrintSheet):
            marks = dict(effect.marks)
            self.printing[marks["number"]] += 1
            assert self.printing[marks["number"]] == 1, "one number, one sheet set"
        if isinstance(effect, ef.EndVisit | ef.Wipe):
            assert session.phase not in VISIT_PHASES or session.phase is Phase.SORRY
        for text in PERSON.values():
            assert text not in repr(effect)

    # --- hands --------------------------------------------------------------------------------

    @rule(hand=st.sampled_from(HANDS))
    def touch_anything(self, hand: tuple[type[ev.At], dict[str, Any]]) -> None:
        kind, values = hand
        self._take(kind(self.clock.monotonic(), **values))

    @rule(steps=st.integers(1, 12), trouble=st.sampled_from(TROUBLES))
    def go_forward(self, steps: int, trouble: Trouble | None) -> None:
        """A hand that knows its way, and lanes that work: so that the issue is reached often.

        ``trouble`` comes once, at the first effect of its kind.
        """
        if self.session.phase is Phase.CLOSED:
            self.section.reopen()
            self.heartbeat()
        for _ in range(steps):
            for kind, values in FORWARD.get(self.session.phase, ()):
                self._take(kind(self.clock.monotonic(), **values))
            for _ in range(30):
                if not self.todo:
                    break
                effect, lose = self.todo.pop(0), None
                if trouble is not None and isinstance(effect, trouble[0]):
                    if trouble[1] == "die":
                        self._die_in(effect)
                        return
                    lose, trouble = self._trouble(trouble[1]), None
                self._run(effect, lose)

    def _trouble(self, what: str) -> str | None:
        """What happens at this effect: its answer is lost, or the world changes under it."""
        worlds: dict[str, Callable[[], None]] = {
            "stop": lambda: self.section.stop("止めます。"),
            "heard_stop": self._stop_and_tell,
            "correct": self.the_ledger_is_corrected,
            "paper": lambda: self.the_printer_changes(EMPTY),
        }
        if what not in worlds:
            return what
        worlds[what]()
        return None

    def _die_in(self, effect: ef.Effect) -> None:
        """Before the call left, or after it was done: its answer is heard by nobody."""
        if self.random.random() < 0.5:
            self._answer(effect, None)
        self.the_process_dies(0)

    def _stop_and_tell(self) -> None:
        self.section.stop("止めます。")
        self.heartbeat()

    @rule(luck=st.integers(0, 3))
    def a_card_comes_or_goes(self, luck: int) -> None:
        self.insertions += 1
        seen = FelicaCard(self.insertions, IDM) if luck else NoCard()
        generation = self.session.generation
        self._take(ev.CardLooked(self.clock.monotonic(), generation, seen))

    @invariant()
    def what_stands_on_a_card_ends_with_it(self) -> None:
        if not hasattr(self, "session"):
            return
        facts, phase = self.session.facts, self.session.phase
        if phase is Phase.STAFF_MENU or self.session.waiting == "OpenByCard":
            assert facts.signing is None or facts.signing == facts.card

    # --- lanes and wire -----------------------------------------------------------------------

    @precondition(lambda self: self.todo)
    @rule(data=st.data(), lose=st.sampled_from([None, None, None, "before", "after"]))
    def an_effect_happens(self, data: st.DataObject, lose: str | None) -> None:
        at = data.draw(st.integers(0, min(3, len(self.todo) - 1)))
        self._run(self.todo.pop(at), lose)

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def an_old_answer_comes_again(self, data: st.DataObject) -> None:
        old = data.draw(st.sampled_from(self.answered[-20:]))
        # The heartbeat's and the printer's are readings: the next one is simply another.
        if not isinstance(old, ev.HeartbeatAnswered):
            self._take(old)

    @precondition(lambda self: self.todo)
    @rule()
    def a_wipe_drops_what_waits(self) -> None:
        """As the lanes do: debts stay."""
        if any(isinstance(effect, ef.Wipe) for effect in self.todo):
            kept = (
                ef.CloseTerminal,
                ef.Recover,
                ef.RunSelfTest,
                ef.PrintSheet,
                ef.Settle,
                ef.EndVisit,
                ef.TakeFee,
                ef.ClosePayment,
            )
            self.todo = [effect for effect in self.todo if isinstance(effect, kept)]

    @rule(seconds=st.sampled_from([1.0, 1.0, 3.0, 20.0, 90.0, 200.0]), heard=st.booleans())
    def time_passes(self, seconds: float, heard: bool) -> None:
        self.clock.advance(seconds)
        if heard:
            self.heartbeat()
        self._take(ev.Tick(self.clock.monotonic()))

    @rule()
    def heartbeat(self) -> None:
        answer = self.server.heartbeat(self.session.phase.value, None)
        generation = self.session.generation
        self._take(ev.HeartbeatAnswered(self.clock.monotonic(), generation, answer))

    # --- staff and the world ------------------------------------------------------------------

    @rule()
    def stop_order(self) -> None:
        self.section.stop("止めます。")

    @rule()
    def reopen(self) -> None:
        self.section.reopen()

    @rule(luck=st.integers(0, 2))
    def staff_session_ends(self, luck: int) -> None:
        if not luck:
            self.section.close_terminal()

    @rule()
    def the_ledger_is_corrected(self) -> None:
        self.section.correct(HOUSE.entry_id, remarks="見本")

    @rule(status=st.sampled_from([READY, READY, EMPTY, OCCUPIED]))
    def the_printer_changes(self, status: PrinterStatus) -> None:
        self.status = status

    @rule(luck=st.integers(0, 3))
    def the_process_dies(self, luck: int) -> None:
        """-9, now and then: the session is gone, the section and the printer are not."""
        if luck:
            return
        self.todo.clear()
        self.answered.clear()
        self.server = InMemorySectionServer(self.section)
        self._taken(boot(self.clock.monotonic(), f"{self.random.random()}", methods=METHODS))

    # --- what effects do ----------------------------------------------------------------------

    def _run(self, effect: ef.Effect, lose: str | None) -> None:
        answer = self._answer(effect, lose)
        if answer is not None:
            self.answered.append(answer)
            self._take(answer)

    def _answer(self, effect: ef.Effect, lose: str | None) -> ev.At | None:
        now, generation = self.clock.monotonic(), effect.generation
        if isinstance(effect, ef.Wipe | ef.EndVisit):
            return None
        if isinstance(effect, ef.CloseTerminal):
            self.server.close_terminal(effect.reason)
            return None
        if isinstance(effect, ef.LookAtPrinter):
            return ev.PrinterSeen(now, generation, self._status())
        if isinstance(effect, ef.DrawSheet):
            return ev.SheetDrawn(now, generation, self.maker.draw(effect.content, effect.stamp))
        if isinstance(effect, ef.PrintSheet):
            return ev.PrintEnded(now, generation, self._printed(effect))
        if isinstance(effect, ef.PrintSlip):
            ends = [_slip_printed(), NotStarted(PrintFault.BUSY), PrintUnknown(PrintFault.STALLED)]
            return ev.SlipEnded(now, generation, self.random.choice(ends))
        if isinstance(effect, ef.RunSelfTest):
            ok = self._status().ready
            check = CheckResult("printer", ok, "" if ok else "printer_not_ready")
            return ev.SelfTestEnded(now, generation, (check,), reported=lose is None)
        if isinstance(effect, ef.MakePreview):
            content = self.maker.content(effect.entry)
            pages = (b"png",) if isinstance(content, CertificateContent) else ()
            return ev.PreviewMade(now, generation, content, pages)
        if isinstance(effect, ef.Search):
            result = self.server.search(effect.application_id, effect.query)
            gone = SearchUnavailable("timeout")
            return ev.SearchAnswered(now, generation, gone if lose else result)
        kind, call = self._calls(effect)
        if lose == "before":
            return kind(now, generation, LOST[False])
        said = call()
        return kind(now, generation, LOST[True] if lose == "after" else said)

    def _calls(self, effect: ef.Effect) -> tuple[Callable[..., ev.At], Callable[[], Any]]:
        server = self.server
        match effect:
            case ef.SayHello():
                return ev.HelloAnswered, server.hello
            case ef.OpenByCard(card=FelicaCard() as card):
                proof = FelicaProof(card.idm, effect.pin)
                return ev.CardOpened, lambda: server.open_by_card(proof, effect.power_cycled)
            case ef.OpenTerminal():
                return ev.StaffAnswered, lambda: server.open_terminal(
                    effect.staff_id, effect.pin, effect.power_cycled
                )
            case ef.Recover():
                return ev.RecoverAnswered, lambda: server.recover(
                    self._clear(effect.power_cycled), effect.power_cycled
                )
            case ef.Apply():
                return ev.ApplyAnswered, lambda: server.apply(effect.applicant, effect.visit_id)
            case ef.OpenEntry():
                return ev.EntryAnswered, lambda: server.open_entry(
                    effect.application_id, effect.entry_id
                )
            case ef.AskHistory():
                return ev.HistoryAnswered, lambda: server.history(
                    effect.application_id, effect.entry_id
                )
            case ef.AskNeighbours():
                return ev.NeighboursAnswered, lambda: server.neighbours(
                    effect.application_id, effect.entry_id
                )
            case ef.Reserve():
                return ev.ReserveAnswered, lambda: server.reserve(
                    effect.application_id, effect.content, effect.copy, effect.copies,
                    effect.idempotency_key, effect.payment_id,
                )  # fmt: skip
            case ef.Release():
                return ev.ReleaseAnswered, lambda: server.release(effect.issue_id)
            case ef.Settle():
                return ev.SettleAnswered, lambda: server.settle(effect.issue_id, effect.outcome)
        raise AssertionError(type(effect))

    def _status(self) -> PrinterStatus:
        return EMPTY if self.held else self.status

    def _clear(self, power_cycled: bool) -> ClearState:
        if power_cycled or self.status.ready:
            self.held.clear()
        return ClearState.NEEDS_POWER_CYCLE if self.held else ClearState.CLEAR

    def _printed(self, effect: ef.PrintSheet) -> PrintOutcome:
        """As the runner's gate and a driver do, with a printer that may fail anywhere."""
        job = self.session.visit.job if self.session.visit else None
        live = job is not None and job.stage is Stage.PRINTING
        if not live or job is None or job.issue_id != effect.job.issue_id:
            return NotStarted(PrintFault.MISMATCH)
        if effect.generation != self.session.generation or not self._status().ready:
            return NotStarted(PrintFault.NOT_READY, self._status())
        if self.server.spool(effect.job.issue_id, ["0" * 64]) is not None:
            return NotStarted(PrintFault.MISMATCH)
        assert not self.held, "no sheet begins while the printer may hold another"
        if self.random.random() < 0.25:
            self.held.add(effect.job.issue_id)
            return PrintUnknown(PrintFault.STATUS_CHANGED)
        self.sheets[effect.job.issue_id] += 1
        return Printed(PrintEvidence(10, 10, ("0" * 64,), 1, True))

    # --- what always holds --------------------------------------------------------------------

    @invariant()
    def one_open_issue_at_most(self) -> None:
        assert len(self.section.desk.open_issues()) <= 1

    @invariant()
    def numbers_are_gapless_and_never_used_twice(self) -> None:
        serials = [row.number.serial for row in self.section.desk.rows]
        assert serials == list(range(1, len(serials) + 1))
        assert all(count == 1 for count in self.sheets.values())

    @invariant()
    def no_paper_without_a_row_that_says_so(self) -> None:
        states = {row.issue_id: row.state for row in self.section.desk.rows}
        for issue_id in self.sheets:
            assert states[issue_id] in {
                IssueState.SPOOLED, IssueState.PRINTED, IssueState.UNKNOWN,
            }  # fmt: skip
        for issue_id, state in states.items():
            if state is IssueState.PRINTED:
                assert self.sheets[issue_id] == 1

    @invariant()
    def the_visit_is_gone_when_it_is_over(self) -> None:
        session = self.session
        if session.phase not in VISIT_PHASES:
            assert session.visit is None
        if session.phase is Phase.SORRY:
            visit = session.visit
            assert visit is not None
            assert (visit.applicant, visit.application, visit.entry, visit.content) == (
                None, None, None, None,
            )  # fmt: skip
        for text in PERSON.values():
            assert text not in repr(session)

    @invariant()
    def nobody_begins_while_anything_is_owed(self) -> None:
        session = self.session
        if session.phase is not Phase.ATTRACT:
            return
        facts = session.facts
        assert facts.opened
        assert facts.tested
        assert not facts.recover_needed
        assert not facts.need_staff
        assert not facts.power_cycle_needed
        assert session.pending is None
        assert self.section.desk.open_issues() == []

    @invariant()
    def every_phase_has_a_way_out(self) -> None:
        """Something is awaited, or a hand, staff or the next second can go on from here."""
        session = self.session
        if session.phase in {Phase.STARTING, Phase.SELF_TEST, Phase.PRINTING}:
            assert session.waiting
        if session.phase in REST_PHASES and session.waiting:
            assert session.waiting in {"SayHello", "Recover", "LookAtPrinter"}


TerminalInTheWorld.TestCase.settings = settings(
    max_examples=250, stateful_step_count=50, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
TestTerminalInTheWorld = TerminalInTheWorld.TestCase


def test_the_drawn_sheet_of_the_model_is_a_sheet() -> None:
    content = FakeSheetMaker().content(HOUSE)
    assert isinstance(content, CertificateContent)
    assert isinstance(FakeSheetMaker().draw(content, None), DrawnCertificate)

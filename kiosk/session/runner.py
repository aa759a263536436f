"""Does what the machine asks for, on two lanes and the heartbeat's thread, and posts the answers.

Nothing here touches a widget or decides anything: an effect goes in, its event comes out through
``post``. Whatever goes wrong in a worker becomes the fault that its answer has; the app lives on.
Log lines hold effect names, issue ids, codes and milliseconds, never a value of a visit.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from kiosk.domain.acceptor import ACCEPTOR_UNKNOWN
from kiosk.domain.card import (
    CardFault,
    CardProof,
    CardRefusal,
    CardSeen,
    FelicaCard,
    FelicaProof,
    PivProof,
)
from kiosk.domain.certificate import DrawnCertificate, DrawRefusal
from kiosk.domain.japan import day_in_japan
from kiosk.domain.ports import (
    CardReader,
    CheckResult,
    Clock,
    CoinAcceptor,
    Printer,
    SectionServer,
    ServerFault,
    SheetMaker,
    SlipDrawer,
)
from kiosk.domain.printer import (
    NO_ANSWER,
    ClearState,
    NotStarted,
    PrinterStatus,
    PrintFault,
    PrintJob,
    PrintOutcome,
    PrintProgress,
    PrintUnknown,
)
from kiosk.domain.query import SearchUnavailable
from kiosk.domain.slips import FeeSlip, TestPrint
from kiosk.session import effects as ef
from kiosk.session import events as ev
from kiosk.session.card_watch import CardWatch
from kiosk.session.failpoints import reach
from kiosk.session.lanes import Lane
from kiosk.session.money import MoneyHand
from kiosk.session.moves import HEARTBEAT_S
from kiosk.session.state import Session, Stage

log = logging.getLogger("kiosk.session.runner")

#: How long closing waits for a running call: the longest one (a read of the server) and some.
CLOSE_S = 12.0
#: Width of the preview's pictures in pixels: the widest screen this product is made for.
PREVIEW_WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything outside the session that the runner uses. kiosk.app picks them.

    ``self_test`` runs all checks; ``read_marks`` reads number, entry, user_id, terminal and
    issue_id back out of a PDF (ValueError if they are not there); ``wipe`` drops what the screens
    hold and is called on the thread that calls ``Runner.perform``.
    """

    server: SectionServer
    printer: Printer
    maker: SheetMaker
    clock: Clock
    self_test: Callable[[], tuple[CheckResult, ...]]
    read_marks: Callable[[bytes], Mapping[str, str]]
    wipe: Callable[[], None] = lambda: None
    cards: CardReader | None = None  # None: no card opens this terminal
    slips: SlipDrawer | None = None  # None: no slip can be drawn
    slip_printer: Printer | None = None  # None: slips come out of the certificates' printer
    acceptor: CoinAcceptor | None = None  # None: fees are paid at the counter
    preview_width: int = PREVIEW_WIDTH


@dataclass(frozen=True, slots=True)
class Seen:
    """What the lanes may know of the session: replaced whole, so that no lock is needed."""

    phase: str = ""
    generation: int = 0
    printer: PrinterStatus | None = None
    live_issue: str = ""  # the issue whose sheet may be printed now


class Runner:
    """``perform`` and ``observe`` are called from one thread, Kivy's; ``post`` from any."""

    def __init__(self, parts: Parts, post: Callable[[ev.At], None]) -> None:
        self._parts = parts
        self._post = post
        self._seen = Seen()
        self._print = Lane("print")
        self._calls = Lane("calls")
        self._closing = threading.Event()
        self._heartbeat: threading.Thread | None = None
        self._cards: CardWatch | None = None
        self._money = MoneyHand(parts.server, parts.acceptor)
        self._table = self._methods()

    # --- the session's side -------------------------------------------------------------------

    def observe(self, session: Session) -> None:
        """The session after a step, before its effects are performed."""
        job = session.visit.job if session.visit else None
        live = job.issue_id if job and job.stage is Stage.PRINTING else ""
        self._seen = Seen(session.phase.value, session.generation, session.facts.printer, live)

    def perform(self, effect: ef.Effect) -> None:
        """Start it; its answer is posted. Unknown effects are a programming error (KeyError)."""
        if isinstance(effect, ef.Wipe):
            self._wipe()
            return
        lane, keep, method = self._table[type(effect)]
        lane.submit(lambda: self._run(effect, method), keep=keep)

    def start_heartbeat(self) -> None:
        """Tell the server every HEARTBEAT_S that the terminal lives, and hear whether it may."""
        self._heartbeat = threading.Thread(target=self._beat, name="lane-heartbeat", daemon=True)
        self._heartbeat.start()

    def start_cards(self) -> None:
        """Tell the session whenever a card comes or goes, where there is a reader."""
        if self._parts.cards is not None:
            self._cards = CardWatch(
                self._parts.cards, self._parts.clock, self._closing, self._card_seen
            )
            self._cards.start()

    def close(self) -> bool:
        """Finish what runs and what is owed; False if a lane hangs."""
        self._closing.set()
        calls, prints = self._calls.close(CLOSE_S), self._print.close(CLOSE_S)
        for thread in (self._heartbeat, self._cards):
            if thread is not None:
                thread.join(CLOSE_S)
        return calls and prints

    def wait_idle(self, timeout_s: float) -> bool:
        """For tests and the headless terminal: both lanes are empty."""
        return self._calls.wait_idle(timeout_s) and self._print.wait_idle(timeout_s)

    # --- lanes --------------------------------------------------------------------------------

    def _methods(self) -> dict[type[ef.Effect], tuple[Lane, bool, Callable[..., ev.At | None]]]:
        """Which lane, whether it is a debt that a wipe leaves, and the method."""
        return {
            ef.SayHello: (self._calls, False, self._say_hello),
            ef.OpenTerminal: (self._calls, False, self._open_terminal),
            ef.OpenByCard: (self._calls, False, self._open_by_card),
            ef.CloseTerminal: (self._calls, True, self._close_terminal),
            ef.Recover: (self._print, True, self._recover),
            ef.RunSelfTest: (self._print, True, self._run_self_test),
            ef.Apply: (self._calls, False, self._apply),
            ef.Search: (self._calls, False, self._search),
            ef.OpenEntry: (self._calls, False, self._open_entry),
            ef.AskHistory: (self._calls, False, self._ask_history),
            ef.AskNeighbours: (self._calls, False, self._ask_neighbours),
            ef.MakePreview: (self._calls, False, self._make_preview),
            ef.Reserve: (self._calls, False, self._reserve),
            ef.Release: (self._calls, False, self._release),
            ef.DrawSheet: (self._print, False, self._draw_sheet),
            ef.PrintSheet: (self._print, True, self._print_sheet),
            ef.Settle: (self._calls, True, self._settle),
            ef.EndVisit: (self._calls, True, self._end_visit),
            ef.LookAtPrinter: (self._print, False, self._look_at_printer),
            ef.PrintSlip: (self._print, False, self._print_slip),
            ef.RequestPayment: (self._calls, False, self._request_payment),
            ef.CountPayment: (self._print, False, self._count_payment),
            ef.TakeFee: (self._print, True, self._take_fee),
            ef.ClosePayment: (self._print, True, self._close_payment),
        }

    def _run(self, effect: ef.Effect, method: Callable[..., ev.At | None]) -> None:
        name, begun = type(effect).__name__, self._now()
        log.info("begin %s generation=%d", name, effect.generation)
        try:
            answer = method(effect)
        except Exception as error:
            # The text of an error may hold a value of the visit: only its kind is logged.
            log.error("failed %s: %s", name, type(error).__name__)
            answer = self._fault_of(effect)
        log.info("end %s ms=%d", name, int((self._now() - begun) * 1000))
        if answer is not None:
            self._post(answer)

    def _wipe(self) -> None:
        dropped = self._calls.drop() + self._print.drop()
        log.info("wipe dropped=%d", dropped)
        self._parts.wipe()

    def _beat(self) -> None:
        """Its own thread: a slow call or a long sheet must not delay a stop order."""
        while not self._closing.is_set():
            seen = self._seen
            try:
                answer = self._parts.server.heartbeat(seen.phase, seen.printer)
            except Exception as error:
                log.error("failed heartbeat: %s", type(error).__name__)
                answer = ServerFault("internal", sent=True)
            self._post(ev.HeartbeatAnswered(self._now(), seen.generation, answer))
            self._closing.wait(HEARTBEAT_S)

    def _card_seen(self, seen: CardSeen) -> None:
        self._post(ev.CardLooked(self._now(), self._seen.generation, seen))

    def _now(self) -> float:
        return self._parts.clock.monotonic()

    # --- boot ---------------------------------------------------------------------------------

    def _say_hello(self, effect: ef.SayHello) -> ev.At:
        answer = self._parts.server.hello()
        return ev.HelloAnswered(self._now(), effect.generation, answer)

    def _open_terminal(self, effect: ef.OpenTerminal) -> ev.At:
        answer = self._parts.server.open_terminal(effect.staff_id, effect.pin, effect.power_cycled)
        return ev.StaffAnswered(self._now(), effect.generation, answer)

    def _open_by_card(self, effect: ef.OpenByCard) -> ev.At:
        proof = self._proof(effect)
        if isinstance(proof, CardRefusal):
            log.info("card refused: %s %04x", proof.fault.value, proof.status)
        answer = (
            proof
            if isinstance(proof, CardRefusal | ServerFault)
            else self._parts.server.open_by_card(proof, effect.power_cycled)
        )
        return ev.CardOpened(self._now(), effect.generation, answer)

    def _proof(self, effect: ef.OpenByCard) -> CardProof | CardRefusal | ServerFault:
        """What the card has to say to the server; a PIV card's PIN ends here."""
        cards, card = self._parts.cards, effect.card
        if cards is None or cards.look() != card:
            return CardRefusal(CardFault.GONE)
        if isinstance(card, FelicaCard):
            return FelicaProof(card.idm, effect.pin)
        key = cards.piv_key(card)
        if isinstance(key, CardRefusal):
            return key
        asked = self._parts.server.card_challenge()
        if isinstance(asked, ServerFault):
            return asked
        signature = cards.sign(card, key, effect.pin, asked.message)
        if isinstance(signature, CardRefusal):
            return signature
        return PivProof(hashlib.sha256(key.public_key).hexdigest(), asked.nonce, signature)

    def _close_terminal(self, effect: ef.CloseTerminal) -> None:
        fault = self._parts.server.close_terminal(effect.reason)
        if fault is not None:
            log.warning("close not heard: %s", fault.code)

    def _recover(self, effect: ef.Recover) -> ev.At:
        clear = self._clear(effect.power_cycled)
        log.info("printer clear=%s", clear.value)
        answer = self._parts.server.recover(clear, effect.power_cycled)
        if not isinstance(answer, ServerFault):
            answer = self._money.recover(answer.payments) or answer
        return ev.RecoverAnswered(self._now(), effect.generation, answer)

    def _clear(self, power_cycled: bool) -> ClearState:
        try:
            if power_cycled:
                self._parts.printer.power_cycled()
            return self._parts.printer.clear()
        except Exception as error:
            log.error("failed clear: %s", type(error).__name__)
            return ClearState.UNKNOWN

    def _run_self_test(self, effect: ef.RunSelfTest) -> ev.At:
        checks = self._parts.self_test()
        fault = self._parts.server.report_self_test(checks)
        return ev.SelfTestEnded(self._now(), effect.generation, checks, reported=fault is None)

    def _look_at_printer(self, effect: ef.LookAtPrinter) -> ev.At:
        status = self._parts.printer.status()
        return ev.PrinterSeen(self._now(), effect.generation, status, self._money.status())

    # --- the visit ----------------------------------------------------------------------------

    def _apply(self, effect: ef.Apply) -> ev.At:
        answer = self._parts.server.apply(effect.applicant, effect.visit_id)
        return ev.ApplyAnswered(self._now(), effect.generation, answer)

    def _search(self, effect: ef.Search) -> ev.At:
        result = self._parts.server.search(effect.application_id, effect.query)
        return ev.SearchAnswered(self._now(), effect.generation, result)

    def _open_entry(self, effect: ef.OpenEntry) -> ev.At:
        answer = self._parts.server.open_entry(effect.application_id, effect.entry_id)
        shown = None if isinstance(answer, ServerFault) else self._parts.maker.shown(answer)
        return ev.EntryAnswered(self._now(), effect.generation, answer, shown)

    def _ask_history(self, effect: ef.AskHistory) -> ev.At:
        answer = self._parts.server.history(effect.application_id, effect.entry_id)
        return ev.HistoryAnswered(self._now(), effect.generation, answer)

    def _ask_neighbours(self, effect: ef.AskNeighbours) -> ev.At:
        answer = self._parts.server.neighbours(effect.application_id, effect.entry_id)
        return ev.NeighboursAnswered(self._now(), effect.generation, answer)

    def _make_preview(self, effect: ef.MakePreview) -> ev.At:
        maker = self._parts.maker
        content = maker.content(effect.entry)
        if isinstance(content, DrawRefusal):
            return ev.PreviewMade(self._now(), effect.generation, content)
        drawn = maker.draw(content, None, day_in_japan(self._parts.clock.now()))
        if isinstance(drawn, DrawRefusal):
            return ev.PreviewMade(self._now(), effect.generation, drawn)
        pages = tuple(maker.preview_png(drawn.pdf, self._parts.preview_width))
        return ev.PreviewMade(self._now(), effect.generation, content, pages)

    def _end_visit(self, effect: ef.EndVisit) -> None:
        fault = self._parts.server.end_visit(effect.visit_id, effect.ending)
        if fault is not None:
            log.warning("end of visit not heard: %s", fault.code)

    # --- the issue ----------------------------------------------------------------------------

    def _reserve(self, effect: ef.Reserve) -> ev.At:
        reach("reserve.before")
        answer = self._parts.server.reserve(
            effect.application_id, effect.content, effect.copy, effect.copies,
            effect.idempotency_key, effect.payment_id,
        )  # fmt: skip
        reach("reserve.after")
        return ev.ReserveAnswered(self._now(), effect.generation, answer)

    def _release(self, effect: ef.Release) -> ev.At:
        reach("release.before")
        answer = self._parts.server.release(effect.issue_id)
        reach("release.after")
        return ev.ReleaseAnswered(self._now(), effect.generation, answer)

    def _draw_sheet(self, effect: ef.DrawSheet) -> ev.At:
        reach("draw.before")
        answer = self._parts.maker.draw(effect.content, effect.stamp)
        reach("draw.after")
        return ev.SheetDrawn(self._now(), effect.generation, answer)

    def _print_sheet(self, effect: ef.PrintSheet) -> ev.At:
        outcome = self._not_this_sheet(effect) or self._printed(effect)
        reach("print.after")
        log.info("issue %s outcome=%s", effect.job.issue_id, type(outcome).__name__)
        return ev.PrintEnded(self._now(), effect.generation, outcome)

    def _not_this_sheet(self, effect: ef.PrintSheet) -> NotStarted | None:
        """The sheet must say what the live visit says, or not a byte of it leaves."""
        drawn = effect.drawn
        same_bytes = hashlib.sha256(effect.job.pdf).hexdigest() == drawn.pdf_sha256
        if not same_bytes or effect.job.pdf != drawn.pdf:
            return NotStarted(PrintFault.MISMATCH)
        if effect.job.page_count != drawn.page_count or not self._same_marks(effect, drawn):
            return NotStarted(PrintFault.MISMATCH)
        return None

    def _same_marks(self, effect: ef.PrintSheet, drawn: DrawnCertificate) -> bool:
        try:
            found = self._parts.read_marks(drawn.pdf)
        except Exception as error:
            log.error("issue %s marks not read: %s", effect.job.issue_id, type(error).__name__)
            return False
        wrong = [name for name, value in effect.marks if not value or found.get(name) != value]
        if wrong:
            log.error("issue %s marks differ: %s", effect.job.issue_id, ",".join(wrong))
        return not wrong

    def _printed(self, effect: ef.PrintSheet) -> PrintOutcome:
        accepted: list[bool] = []

        def spooling(raster_sha256: Sequence[str]) -> bool:
            accepted.append(self._spooled(effect, raster_sha256))
            return accepted[-1]

        try:
            return self._parts.printer.print(effect.job, self._progress(effect), spooling)
        except Exception as error:
            log.error("issue %s driver raised: %s", effect.job.issue_id, type(error).__name__)
            if any(accepted):
                return PrintUnknown(PrintFault.INTERNAL)
            return NotStarted(PrintFault.INTERNAL)  # no byte leaves before spooling says yes

    def _progress(self, effect: ef.PrintSheet) -> Callable[[PrintProgress], None]:
        def told(progress: PrintProgress) -> None:
            reach("print.begun")
            self._post(ev.PrintProgressed(self._now(), effect.generation, progress))

        return told

    def _spooled(self, effect: ef.PrintSheet, raster_sha256: Sequence[str]) -> bool:
        """The last gate before the first byte: still this visit's issue, and the server knows."""
        seen, issue_id = self._seen, effect.job.issue_id
        if seen.live_issue != issue_id or seen.generation != effect.generation:
            log.error("issue %s is not the live one any more", issue_id)
            return False
        reach("spool.before")
        fault = self._parts.server.spool(issue_id, raster_sha256)
        reach("spool.after")
        if fault is not None:
            log.error("issue %s not spooled: %s", issue_id, fault.code)
            return False
        seen = self._seen  # the call took its time: ask again
        return seen.live_issue == issue_id and seen.generation == effect.generation

    def _settle(self, effect: ef.Settle) -> ev.At:
        reach("settle.before")
        answer = self._parts.server.settle(effect.issue_id, effect.outcome)
        reach("settle.after")
        said = answer.code if isinstance(answer, ServerFault) else answer.state.value
        log.info("issue %s settle attempt=%d: %s", effect.issue_id, effect.attempt, said)
        return ev.SettleAnswered(self._now(), effect.generation, answer)

    # --- fees ---------------------------------------------------------------------------------

    def _request_payment(self, effect: ef.RequestPayment) -> ev.At:
        reach("payment.before")
        answer = self._parts.server.request_payment(
            effect.application_id, effect.content, effect.copies, effect.rate,
            effect.idempotency_key,
        )  # fmt: skip
        reach("payment.after")
        return ev.PaymentAnswered(self._now(), effect.generation, answer)

    def _count_payment(self, effect: ef.CountPayment) -> ev.At:
        answer, status = self._money.count(effect.payment_id, effect.mode, effect.due)
        return ev.PaymentCounted(self._now(), effect.generation, answer, status)

    def _take_fee(self, effect: ef.TakeFee) -> ev.At:
        answer, status = self._money.take(effect.payment_id)
        return ev.PaymentCounted(self._now(), effect.generation, answer, status)

    def _close_payment(self, effect: ef.ClosePayment) -> ev.At:
        answer, status = self._money.close(effect.payment_id)
        said = answer.code if isinstance(answer, ServerFault) else answer.state.value
        log.info("payment %s close attempt=%d: %s", effect.payment_id, effect.attempt, said)
        return ev.PaymentClosed(
            self._now(), effect.generation, effect.payment_id, answer, status
        )  # fmt: skip

    # --- slips --------------------------------------------------------------------------------

    def _print_slip(self, effect: ef.PrintSlip) -> ev.At:
        # A test print is of the printer that certificates come out of.
        own = None if isinstance(effect.slip, TestPrint) else self._parts.slip_printer
        shared = own is None
        drawn = self._drawn_slip(effect)
        if isinstance(drawn, DrawRefusal):
            return ev.SlipEnded(self._now(), effect.generation, drawn, shared)
        printer = own or self._parts.printer
        if own is not None:
            own.clear()  # a slip that stuck there before is of nobody who still waits for it
        outcome = self._slip_printed(printer, effect, drawn)
        log.info("slip outcome=%s", type(outcome).__name__)
        return ev.SlipEnded(self._now(), effect.generation, outcome, shared)

    def _drawn_slip(self, effect: ef.PrintSlip) -> DrawnCertificate | DrawRefusal:
        if self._parts.slips is None:
            return DrawRefusal("form_invalid")
        if isinstance(effect.slip, FeeSlip) and self._parts.slip_printer is None:
            return DrawRefusal("no_slip_printer")  # not on the certificates' own paper
        return self._parts.slips.draw(replace(effect.slip, at=self._parts.clock.now()))

    def _slip_printed(
        self, printer: Printer, effect: ef.PrintSlip, drawn: DrawnCertificate
    ) -> PrintOutcome:
        handed_over: list[bool] = []

        def spooling(_: Sequence[str]) -> bool:
            """Nobody waits for it any more: not a byte of it leaves."""
            handed_over.append(self._seen.generation == effect.generation)
            return handed_over[-1]

        job = PrintJob(effect.slip_id, drawn.pdf, drawn.page_count)
        try:
            return printer.print(job, lambda _: None, spooling)
        except Exception as error:
            log.error("slip: driver raised: %s", type(error).__name__)
            if any(handed_over):
                return PrintUnknown(PrintFault.INTERNAL)
            return NotStarted(PrintFault.INTERNAL)

    # --- what a fault of a worker looks like --------------------------------------------------

    def _fault_of(self, effect: ef.Effect) -> ev.At | None:
        """The answer the machine gets when a worker raised: never silence."""
        now, generation = self._now(), effect.generation
        lost = ServerFault("internal", sent=True)
        refused = DrawRefusal("internal")
        answers: dict[type[ef.Effect], ev.At] = {
            ef.SayHello: ev.HelloAnswered(now, generation, lost),
            ef.OpenTerminal: ev.StaffAnswered(now, generation, lost),
            ef.OpenByCard: ev.CardOpened(now, generation, lost),
            ef.Recover: ev.RecoverAnswered(now, generation, lost),
            ef.RunSelfTest: ev.SelfTestEnded(now, generation, (), reported=False),
            ef.Apply: ev.ApplyAnswered(now, generation, lost),
            ef.Search: ev.SearchAnswered(now, generation, SearchUnavailable("internal")),
            ef.OpenEntry: ev.EntryAnswered(now, generation, lost),
            ef.AskHistory: ev.HistoryAnswered(now, generation, lost),
            ef.AskNeighbours: ev.NeighboursAnswered(now, generation, lost),
            ef.MakePreview: ev.PreviewMade(now, generation, refused),
            ef.Reserve: ev.ReserveAnswered(now, generation, lost),
            ef.Release: ev.ReleaseAnswered(now, generation, lost),
            ef.DrawSheet: ev.SheetDrawn(now, generation, refused),
            ef.PrintSheet: ev.PrintEnded(now, generation, PrintUnknown(PrintFault.INTERNAL)),
            ef.Settle: ev.SettleAnswered(now, generation, lost),
            ef.LookAtPrinter: ev.PrinterSeen(now, generation, NO_ANSWER),
            ef.PrintSlip: ev.SlipEnded(now, generation, PrintUnknown(PrintFault.INTERNAL)),
            ef.RequestPayment: ev.PaymentAnswered(now, generation, lost),
            ef.CountPayment: ev.PaymentCounted(now, generation, lost, ACCEPTOR_UNKNOWN),
            ef.TakeFee: ev.PaymentCounted(now, generation, lost, ACCEPTOR_UNKNOWN),
            ef.ClosePayment: ev.PaymentClosed(
                now, generation, getattr(effect, "payment_id", ""), lost, ACCEPTOR_UNKNOWN
            ),
        }
        return answers.get(type(effect))

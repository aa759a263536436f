"""A section in memory, and its server behind ``ports.SectionServer``: for flow tests and for play.

``MemorySection`` is what outlives a terminal's process; ``InMemorySectionServer`` is one process's
connection to it. Answers are those of the real server and of ``HttpSectionServer``.
"""

from __future__ import annotations

import secrets
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta, timezone
from typing import TypeVar

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.applicant import Applicant
from kiosk.domain.card import NONCE_BYTES, CardProof, FelicaProof, PivProof, opening_message
from kiosk.domain.certificate import CertificateContent
from kiosk.domain.fees import FeeRate, Payment
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.ports import (
    Application,
    CardChallenge,
    CheckResult,
    Clock,
    Heartbeat,
    Recovered,
    Released,
    Reserved,
    ServerFault,
    ServerHello,
    Settled,
    SheetMaker,
    StaffOpened,
)
from kiosk.domain.printer import ClearState, PrinterStatus, PrintOutcome
from kiosk.domain.query import Found, NoHits, Query, SearchResult, SearchUnavailable
from kiosk.ledger_client.memory_fees import FeeDesk, PaidFor
from kiosk.ledger_client.memory_issues import IssueDesk, Ledger, Order, refused
from kiosk.ledger_client.memory_near import beside_of, history_of, hit_of
from kiosk.ledger_client.signing import card_signature_is_good
from kiosk.ledger_client.wire import CONTRACT_VERSION

JST = timezone(timedelta(hours=9))
#: A wrong PIN this often locks the staff ID, as the server's rule is.
PIN_TRIES = 3

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the section says of itself. ``staff`` is PIN by staff ID; all of it invented."""

    terminal: str = "terminal-1"
    label: str = "見本の端末"
    build: str = "memory"
    production: bool = False
    data_as_of: str = "2026-04-01"
    staff: tuple[tuple[str, str], ...] = (("opener", "482913"),)
    seal_png: bytes = field(default=b"\x89PNG sample seal", repr=False)


class MemorySection:
    """Ledger, applications, issues, orders of one section with one terminal. Thread-safe."""

    def __init__(
        self,
        entries: Iterable[LedgerEntry],
        maker: SheetMaker,
        clock: Clock,
        facts: Facts | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.facts = facts or Facts()
        self.maker = maker
        self.clock = clock
        self.entries = {entry.entry_id: entry for entry in entries}
        self.applications: dict[str, Application] = {}
        self.applicants: dict[str, tuple[str, Applicant]] = {}  # visit and who, by application
        self.found: set[tuple[str, int]] = set()
        self.stop_reason: str | None = None
        self.session = ""
        self.wrong_pins: Counter[str] = Counter()
        self.felica_cards: dict[bytes, str] = {}  # IDm to staff ID
        self.piv_cards: dict[str, tuple[str, bytes]] = {}  # key's SHA-256 to staff ID and key
        self.nonce = b""  # the challenge that is out, if any
        self.closed: list[str] = []  # why the staff session was ended, each time
        self.reports: list[tuple[CheckResult, ...]] = []
        self.visits_ended: list[tuple[str, str]] = []
        self.beats: list[tuple[str, PrinterStatus | None]] = []
        self.desk = IssueDesk(
            Ledger(
                maker=maker,
                entry=self.entries.get,
                was_found=lambda application, entry: (application, entry) in self.found,
                user_id=self._user_id,
                accepting=lambda: self.stop_reason is None,
                today=self.today,
            ),
            self.facts.terminal,
            self.facts.seal_png,
        )

    @property
    def fees(self) -> FeeDesk:
        return self.desk.fees

    def today(self) -> date:
        return self.clock.now().astimezone(JST).date()

    def _user_id(self, application_id: str) -> str | None:
        application = self.applications.get(application_id)
        return application.user_id if application else None

    # --- what staff do ------------------------------------------------------------------------

    def stop(self, reason: str) -> None:
        with self.lock:
            self.stop_reason = reason

    def reopen(self) -> None:
        with self.lock:
            self.stop_reason = None

    def close_terminal(self) -> None:
        """The staff session ends: the terminal must be opened again."""
        with self.lock:
            self.session = ""

    def correct(self, entry_id: int, **changes: str) -> None:
        """Staff correct an entry: a new version."""
        with self.lock:
            old = self.entries[entry_id]
            changed: LedgerEntry = replace(old, version=old.version + 1, **changes)  # type: ignore[arg-type]
            self.entries[entry_id] = changed


class InMemorySectionServer:
    """``ports.SectionServer`` for one process of the terminal: its staff session dies with it."""

    def __init__(self, section: MemorySection) -> None:
        self._section = section
        self._token = ""

    def _live(self) -> bool:
        return bool(self._token) and secrets.compare_digest(self._token, self._section.session)

    def _opened(self, answer: Callable[[], AnswerT]) -> AnswerT | ServerFault:
        """Only for a terminal that staff have opened."""
        with self._section.lock:
            return answer() if self._live() else refused("not_open")

    # --- the terminal -------------------------------------------------------------------------

    def hello(self) -> ServerHello | ServerFault:
        section, facts = self._section, self._section.facts
        with section.lock:
            return ServerHello(
                contract=CONTRACT_VERSION,
                build=facts.build,
                form=section.maker.form(),
                now=section.clock.now(),
                terminal=facts.terminal,
                terminal_label=facts.label,
                accepting=section.stop_reason is None,
                production=facts.production,
                data_as_of=facts.data_as_of,
                open_issue=bool(section.desk.open_issues() or section.fees.live()),
                fee=section.fees.rate,
            )

    def heartbeat(self, phase: str, printer: PrinterStatus | None) -> Heartbeat | ServerFault:
        section = self._section
        with section.lock:
            section.beats.append((phase, printer))
            reason = section.stop_reason
            return Heartbeat(
                section.clock.now(),
                reason is None,
                reason or "",
                self._live(),
                section.fees.rate,
                section.facts.data_as_of,
            )

    def open_terminal(
        self,
        staff_id: str,
        pin: str,
        power_cycled: bool,  # noqa: ARG002 - recover says it to the server
    ) -> StaffOpened | ServerFault:
        with self._section.lock:
            return self._by_pin(staff_id, staff_id, pin)

    def _by_pin(self, counted: str, staff_id: str, pin: str) -> StaffOpened | ServerFault:
        """Failures are counted by what was shown: a staff ID, or a card that nobody has."""
        section = self._section
        if section.wrong_pins[counted] >= PIN_TRIES:
            return refused("locked")
        if (staff_id, pin) not in section.facts.staff:
            section.wrong_pins[counted] += 1
            locks = section.wrong_pins[counted] >= PIN_TRIES
            return refused("locked" if locks else "sign_in_refused")
        section.wrong_pins[counted] = 0
        return self._open(staff_id)

    def _open(self, staff_id: str) -> StaffOpened:
        self._token = self._section.session = secrets.token_urlsafe(16)
        return StaffOpened(staff_id, "見本 係員")

    def card_challenge(self) -> CardChallenge | ServerFault:
        section = self._section
        with section.lock:
            section.nonce = secrets.token_bytes(NONCE_BYTES)
            return CardChallenge(
                section.nonce, opening_message(section.facts.terminal, section.nonce)
            )

    def open_by_card(
        self,
        proof: CardProof,
        power_cycled: bool,  # noqa: ARG002 - recover says it to the server
    ) -> StaffOpened | ServerFault:
        section = self._section
        with section.lock:
            if isinstance(proof, PivProof):
                return self._by_key(proof)
            assert isinstance(proof, FelicaProof)
            owner = section.felica_cards.get(proof.idm)
            return self._by_pin(owner or proof.idm.hex(), owner or "", proof.pin)

    def _by_key(self, proof: PivProof) -> StaffOpened | ServerFault:
        section = self._section
        fresh = bool(section.nonce) and secrets.compare_digest(section.nonce, proof.nonce)
        if fresh:
            section.nonce = b""
        owner, key = section.piv_cards.get(proof.key_sha256, ("", b""))
        message = opening_message(section.facts.terminal, proof.nonce)
        if not fresh or not owner or not card_signature_is_good(key, message, proof.signature):
            return refused("sign_in_refused")
        return self._open(owner)

    def close_terminal(self, reason: str) -> ServerFault | None:
        with self._section.lock:
            if self._live():
                self._section.session = ""
                self._section.closed.append(reason)
            self._token = ""
        return None

    def recover(self, clear: ClearState, power_cycled: bool) -> Recovered | ServerFault:
        """By the terminal's identity; that the printer was switched off is staff's word only."""
        with self._section.lock:
            return self._section.desk.recover(clear, power_cycled=power_cycled and self._live())

    def report_self_test(self, results: Sequence[CheckResult]) -> ServerFault | None:
        with self._section.lock:
            self._section.reports.append(tuple(results))
        return None

    # --- the visit ----------------------------------------------------------------------------

    def apply(self, applicant: Applicant, visit: str) -> Application | ServerFault:
        return self._opened(lambda: self._apply(applicant, visit))

    def _apply(self, applicant: Applicant, visit: str) -> Application | ServerFault:
        section = self._section
        if section.stop_reason is not None:
            return refused("stopped")
        made = Application(str(uuid.uuid4()), f"U{len(section.applications) + 1:06d}")
        section.applications[made.application_id] = made
        section.applicants[made.application_id] = (visit, applicant)
        return made

    def search(self, application_id: str, query: Query) -> SearchResult:
        answer = self._opened(lambda: self._search(application_id, query))
        return SearchUnavailable(answer.code) if isinstance(answer, ServerFault) else answer

    def _search(self, application_id: str, query: Query) -> SearchResult:
        """Every entry whose recorded words hold what was typed: no folding, no ranking."""
        section = self._section
        if application_id not in section.applications:
            return SearchUnavailable("unknown_application")
        words = [part for part in (query.town, query.text) if part]
        hits = tuple(
            hit_of(entry)
            for entry in section.entries.values()
            if all(word in _searched(entry) for word in words)
        )
        section.found.update((application_id, hit.entry_id) for hit in hits)
        as_of = section.facts.data_as_of
        return Found(hits, (), as_of) if hits else NoHits((), as_of)

    def open_entry(self, application_id: str, entry_id: int) -> LedgerEntry | ServerFault:
        return self._opened(lambda: self._open_entry(application_id, entry_id))

    def _open_entry(self, application_id: str, entry_id: int) -> LedgerEntry | ServerFault:
        if application_id not in self._section.applications:
            return refused("unknown_application")
        entry = self._section.entries.get(entry_id)
        if entry is None or (application_id, entry_id) not in self._section.found:
            return refused("unknown_entry")
        return entry

    def history(self, application_id: str, entry_id: int) -> SiteHistory | ServerFault:
        return self._opened(lambda: self._history(application_id, entry_id))

    def _history(self, application_id: str, entry_id: int) -> SiteHistory | ServerFault:
        section = self._section
        entry = self._open_entry(application_id, entry_id)
        if isinstance(entry, ServerFault):
            return entry
        found = history_of(entry, section.entries.values(), section.facts.data_as_of)
        section.found.update((application_id, one.hit.entry_id) for one in found.entries)
        return found

    def neighbours(self, application_id: str, entry_id: int) -> Neighbours | ServerFault:
        return self._opened(lambda: self._neighbours(application_id, entry_id))

    def _neighbours(self, application_id: str, entry_id: int) -> Neighbours | ServerFault:
        section = self._section
        entry = self._open_entry(application_id, entry_id)
        if isinstance(entry, ServerFault):
            return entry
        return beside_of(entry, section.entries.values(), section.facts.data_as_of)

    def end_visit(self, visit: str, ending: str) -> ServerFault | None:
        with self._section.lock:
            self._section.visits_ended.append((visit, ending))
        return None

    # --- the issue ----------------------------------------------------------------------------

    def reserve(
        self,
        application_id: str,
        content: CertificateContent,
        copy: int,
        copies: int,
        idempotency_key: str,
        payment_id: str = "",
    ) -> Reserved | ServerFault:
        order = Order(application_id, content, copy, copies, idempotency_key, payment_id)
        return self._opened(lambda: self._section.desk.reserve(order))

    def release(self, issue_id: str) -> Released | ServerFault:
        return self._opened(lambda: self._section.desk.release(issue_id))

    def spool(self, issue_id: str, raster_sha256: Sequence[str]) -> ServerFault | None:
        return self._opened(lambda: self._section.desk.spool(issue_id, raster_sha256))

    def settle(self, issue_id: str, outcome: PrintOutcome) -> Settled | ServerFault:
        with self._section.lock:
            return self._section.desk.settle(issue_id, outcome)

    # --- fees ---------------------------------------------------------------------------------

    def request_payment(
        self,
        application_id: str,
        content: CertificateContent,
        copies: int,
        rate: FeeRate,
        idempotency_key: str,
    ) -> Payment | ServerFault:
        paid_for = PaidFor(application_id, content.entry_id, content.content_sha256(), copies)
        return self._opened(lambda: self._request_payment(paid_for, rate, idempotency_key))

    def _request_payment(self, paid_for: PaidFor, rate: FeeRate, key: str) -> Payment | ServerFault:
        section = self._section
        if paid_for.application_id not in section.applications:
            return refused("unknown_application")
        if (paid_for.application_id, paid_for.entry_id) not in section.found:
            return refused("unknown_entry")
        if section.stop_reason is not None:
            return refused("stopped")
        return section.fees.request(paid_for, rate, key)

    def read_payment(self, payment_id: str) -> Payment | ServerFault:
        with self._section.lock:
            return self._section.fees.read(payment_id)

    def count_payment(
        self, payment_id: str, status: AcceptorStatus | None, closing: bool
    ) -> Payment | ServerFault:
        with self._section.lock:
            return self._section.fees.count(payment_id, status, closing=closing)


def _searched(entry: LedgerEntry) -> str:
    return "\n".join((entry.lot, entry.confirmation_no, entry.residential_address, entry.owner))

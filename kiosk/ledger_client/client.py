"""The section's server over HTTP, behind ``ports.SectionServer``: every answer is a value.

One instance serves all lanes; each thread has its own connection. Only calls that may be repeated
are repeated: a release whose answer is lost is never sent again.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import requests
from pydantic import BaseModel, ValidationError

from kiosk.domain.acceptor import AcceptorStatus
from kiosk.domain.applicant import Applicant
from kiosk.domain.card import CardProof, opening_message
from kiosk.domain.certificate import CertificateContent
from kiosk.domain.fees import FeeRate, Payment
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.ports import (
    Application,
    CardChallenge,
    CheckResult,
    Heartbeat,
    Recovered,
    Released,
    Reserved,
    ServerFault,
    ServerHello,
    Settled,
    StaffOpened,
)
from kiosk.domain.printer import ClearState, PrinterStatus, PrintOutcome
from kiosk.domain.query import Query, SearchResult, SearchUnavailable
from kiosk.ledger_client import wire
from kiosk.ledger_client.signing import SignedMessage, TerminalKey

log = logging.getLogger(__name__)

#: Loopback or the office LAN: a server that does not take a connection in 2 s is away.
CONNECT_S = 2.0
#: A person is waiting; the slowest honest answer (drawing a sheet) is far below this.
READ_S = 8.0
#: The heartbeat must notice a stop within 5 s, so it waits for less.
HEARTBEAT_READ_S = 2.0
#: Tries of a call that may be repeated, and the pause before each further one.
TRIES = 3
PAUSES_S = (0.2, 0.8)
#: An answer larger than this is not ours.
MAX_ANSWER = 8 * 1024 * 1024

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class HttpSectionServer:
    """``url`` like ``http://127.0.0.1:8600``; ``build`` is reported with the self-test."""

    def __init__(
        self, url: str, key: TerminalKey, build: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._build = build
        self._sleep = sleep
        self._token = wire.NO_SESSION
        self._local = threading.local()

    # --- one request --------------------------------------------------------------------------

    def _connection(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False  # no proxy, no netrc: the server is where we were told
            self._local.session = session
        return session

    def _send(
        self, method: str, path: str, body: bytes, idempotency_key: str, read_s: float
    ) -> requests.Response | ServerFault:
        message = SignedMessage(
            method,
            f"{self._url}{wire.PREFIX}{path}",
            {wire.IDEMPOTENCY_KEY: idempotency_key, wire.TERMINAL_SESSION: self._token},
        )
        self._key.sign(message, body)
        headers = {**message.headers, "Content-Type": "application/json"}
        try:
            return self._connection().request(
                method,
                message.url,
                data=body,
                headers=headers,
                timeout=(CONNECT_S, read_s),
                allow_redirects=False,
                stream=True,
            )
        except requests.exceptions.ConnectTimeout:
            return ServerFault("offline", sent=False)
        except requests.exceptions.ReadTimeout:
            return ServerFault("timeout", sent=True)
        except requests.exceptions.ConnectionError as error:
            refused = "NewConnectionError" in repr(error) or "refused" in str(error)
            return ServerFault("offline", sent=not refused)
        except requests.exceptions.RequestException as error:
            return ServerFault("garbled", sent=True, detail=type(error).__name__)

    @staticmethod
    def _text(response: requests.Response) -> bytes | ServerFault:
        """The answer's bytes, bounded and whole."""
        try:
            chunks, total = [], 0
            for chunk in response.iter_content(65536):
                total += len(chunk)
                if total > MAX_ANSWER:
                    return ServerFault("garbled", sent=True, detail="too large")
                chunks.append(chunk)
        except requests.exceptions.RequestException as error:
            return ServerFault("garbled", sent=True, detail=type(error).__name__)
        finally:
            response.close()
        said = response.headers.get("Content-Length")
        if said is not None and said.isdigit() and int(said) != total:
            return ServerFault("garbled", sent=True, detail="cut short")
        return b"".join(chunks)

    def _once(
        self,
        method: str,
        path: str,
        body: BaseModel | None,
        answer: type[AnswerT] | None,
        idempotency_key: str,
        read_s: float,
    ) -> AnswerT | ServerFault | None:
        raw = body.model_dump_json().encode("utf-8") if body is not None else b""
        response = self._send(method, path, raw, idempotency_key, read_s)
        if isinstance(response, ServerFault):
            return response
        text = self._text(response)
        if isinstance(text, ServerFault):
            return text
        if response.status_code >= 300:
            return self._fault(response.status_code, text)
        if answer is None:
            return None if response.status_code == 204 else ServerFault("garbled", sent=True)
        try:
            return answer.model_validate_json(text)
        except ValidationError as error:
            # The values may be personal: only how many and where.
            places = ",".join(str(part["loc"][:2]) for part in error.errors(include_input=False))
            return ServerFault("garbled", sent=True, detail=places[:200])

    @staticmethod
    def _fault(status: int, text: bytes) -> ServerFault:
        try:
            said = wire.Fault.model_validate_json(text)
        except ValidationError:
            return ServerFault("garbled", sent=True, detail=str(status))
        return ServerFault(said.code, sent=status != 503, detail=said.detail)

    def _call(
        self,
        method: str,
        path: str,
        body: BaseModel | None,
        answer: type[AnswerT] | None,
        *,
        key: str | None = None,
        tries: int = 1,
        read_s: float = READ_S,
    ) -> AnswerT | ServerFault | None:
        """One call, repeated only if ``tries`` allows and the fault may pass by itself."""
        idempotency_key = key or uuid.uuid4().hex
        for attempt in range(tries):
            result = self._once(method, path, body, answer, idempotency_key, read_s)
            passing = isinstance(result, ServerFault) and result.code in _PASSING
            if not passing or attempt == tries - 1:
                break
            self._sleep(PAUSES_S[min(attempt, len(PAUSES_S) - 1)])
        if isinstance(result, ServerFault):
            log.warning("server call %s failed: %s", path.split("/")[-1], result.code)
        return result

    def _answer(
        self,
        method: str,
        path: str,
        body: BaseModel | None,
        answer: type[AnswerT],
        *,
        key: str | None = None,
        tries: int = 1,
        read_s: float = READ_S,
    ) -> AnswerT | ServerFault:
        result = self._call(method, path, body, answer, key=key, tries=tries, read_s=read_s)
        return ServerFault("garbled", sent=True) if result is None else result

    # --- the port -----------------------------------------------------------------------------

    def hello(self) -> ServerHello | ServerFault:
        said = self._answer("GET", "/hello", None, wire.HelloAnswer, tries=TRIES)
        if isinstance(said, ServerFault):
            return said
        return ServerHello(
            contract=said.contract,
            build=said.build,
            form=said.form,
            now=said.now.astimezone(UTC),
            terminal=said.terminal,
            terminal_label=said.terminal_label,
            accepting=said.accepting,
            production=said.production,
            data_as_of=said.data_as_of,
            open_issue=said.open_issue,
            fee=said.fee,
        )

    def heartbeat(self, phase: str, printer: PrinterStatus | None) -> Heartbeat | ServerFault:
        body = wire.HeartbeatRequest(phase=phase, printer=printer)
        said = self._answer(
            "POST", "/heartbeat", body, wire.HeartbeatAnswer, read_s=HEARTBEAT_READ_S
        )
        if isinstance(said, ServerFault):
            return said
        now: datetime = said.now.astimezone(UTC)
        return Heartbeat(
            now, said.accepting, said.reason, said.staff_session, said.fee, said.data_as_of
        )

    def open_terminal(
        self, staff_id: str, pin: str, power_cycled: bool
    ) -> StaffOpened | ServerFault:
        body = wire.OpenRequest(staff_id=staff_id[:64], pin=pin[:64], power_cycled=power_cycled)
        return self._opened(self._answer("POST", "/open", body, wire.OpenAnswer))

    def card_challenge(self) -> CardChallenge | ServerFault:
        said = self._answer("POST", "/card-challenge", None, wire.ChallengeAnswer)
        if isinstance(said, ServerFault):
            return said
        nonce = bytes.fromhex(said.nonce)
        return CardChallenge(nonce, opening_message(self._key.terminal, nonce))

    def open_by_card(self, proof: CardProof, power_cycled: bool) -> StaffOpened | ServerFault:
        body = wire.OpenCardRequest(proof=wire.card_body(proof), power_cycled=power_cycled)
        return self._opened(self._answer("POST", "/open-card", body, wire.OpenAnswer))

    def _opened(self, said: wire.OpenAnswer | ServerFault) -> StaffOpened | ServerFault:
        if isinstance(said, ServerFault):
            return said
        self._token = said.session
        return StaffOpened(said.staff_id, said.display_name)

    def close_terminal(self, reason: str) -> ServerFault | None:
        body = wire.CloseRequest.model_validate({"reason": reason})
        fault = self._nothing("/close", body, tries=2)
        if fault is None:
            self._token = wire.NO_SESSION
        return fault

    def recover(self, clear: ClearState, power_cycled: bool) -> Recovered | ServerFault:
        body = wire.RecoverRequest(clear=clear, power_cycled=power_cycled)
        said = self._answer("POST", "/recover", body, wire.RecoverAnswer, tries=TRIES)
        if isinstance(said, ServerFault):
            return said
        return Recovered(
            tuple(said.failed), tuple(said.unknown), said.power_cycle_needed, tuple(said.payments)
        )

    def report_self_test(self, results: Sequence[CheckResult]) -> ServerFault | None:
        body = wire.SelfTestRequest(build=self._build, results=list(results))
        return self._nothing("/self-test", body, tries=TRIES)

    def apply(self, applicant: Applicant, visit: str) -> Application | ServerFault:
        body = wire.ApplyRequest(visit=visit, applicant=applicant)
        said = self._answer("POST", "/applications", body, wire.ApplyAnswer)
        if isinstance(said, ServerFault):
            return said
        return Application(said.application_id, said.user_id)

    def search(self, application_id: str, query: Query) -> SearchResult:
        body = wire.SearchRequest(query=query)
        path = f"/applications/{application_id}/search"
        said = self._answer("POST", path, body, wire.SearchAnswer, tries=2)
        if isinstance(said, ServerFault):
            return SearchUnavailable(said.code)
        return wire.search_result(said)

    def open_entry(self, application_id: str, entry_id: int) -> LedgerEntry | ServerFault:
        path = f"/applications/{application_id}/entries/{int(entry_id)}"
        said = self._answer("POST", path, None, wire.EntryAnswer, tries=2)
        return said if isinstance(said, ServerFault) else said.entry

    def history(self, application_id: str, entry_id: int) -> SiteHistory | ServerFault:
        path = f"/applications/{application_id}/entries/{int(entry_id)}/history"
        said = self._answer("POST", path, None, wire.HistoryAnswer, tries=2)
        return said if isinstance(said, ServerFault) else said.history

    def neighbours(self, application_id: str, entry_id: int) -> Neighbours | ServerFault:
        path = f"/applications/{application_id}/entries/{int(entry_id)}/neighbours"
        said = self._answer("POST", path, None, wire.NeighboursAnswer, tries=2)
        return said if isinstance(said, ServerFault) else said.neighbours

    def reserve(
        self,
        application_id: str,
        content: CertificateContent,
        copy: int,
        copies: int,
        idempotency_key: str,
        payment_id: str = "",
    ) -> Reserved | ServerFault:
        body = wire.ReserveRequest(
            entry_id=content.entry_id,
            entry_version=content.entry_version,
            form=content.form,
            content_sha256=content.content_sha256(),
            copy_index=copy,
            copies=copies,
            payment_id=payment_id or None,
        )
        path = f"/applications/{application_id}/issues"
        said = self._answer(
            "POST", path, body, wire.ReserveAnswer, key=idempotency_key, tries=TRIES
        )
        return said if isinstance(said, ServerFault) else Reserved(said.issue_id)

    def release(self, issue_id: str) -> Released | ServerFault:
        said = self._answer("POST", f"/issues/{issue_id}/release", None, wire.ReleaseAnswer)
        return said if isinstance(said, ServerFault) else wire.released(said)

    def spool(self, issue_id: str, raster_sha256: Sequence[str]) -> ServerFault | None:
        body = wire.SpoolRequest(raster_sha256=list(raster_sha256))
        return self._nothing(f"/issues/{issue_id}/spool", body, tries=2)

    def settle(self, issue_id: str, outcome: PrintOutcome) -> Settled | ServerFault:
        body = wire.settle_request(outcome)
        path = f"/issues/{issue_id}/settle"
        said = self._answer("POST", path, body, wire.SettleAnswer, tries=TRIES)
        return said if isinstance(said, ServerFault) else Settled(said.issue_id, said.state)

    # --- fees -------------------------------------------------------------------------------------

    def request_payment(
        self,
        application_id: str,
        content: CertificateContent,
        copies: int,
        rate: FeeRate,
        idempotency_key: str,
    ) -> Payment | ServerFault:
        body = wire.PaymentRequest(
            entry_id=content.entry_id,
            content_sha256=content.content_sha256(),
            copies=copies,
            fee=rate,
        )
        path = f"/applications/{application_id}/payments"
        said = self._answer(
            "POST", path, body, wire.PaymentAnswer, key=idempotency_key, tries=TRIES
        )
        return said if isinstance(said, ServerFault) else wire.payment(said)

    def read_payment(self, payment_id: str) -> Payment | ServerFault:
        said = self._answer("GET", f"/payments/{payment_id}", None, wire.PaymentAnswer)
        return said if isinstance(said, ServerFault) else wire.payment(said)

    def count_payment(
        self, payment_id: str, status: AcceptorStatus | None, closing: bool
    ) -> Payment | ServerFault:
        body = wire.count_request(status, closing)
        path = f"/payments/{payment_id}/count"
        said = self._answer("POST", path, body, wire.PaymentAnswer, tries=2)
        return said if isinstance(said, ServerFault) else wire.payment(said)

    def end_visit(self, visit: str, ending: str) -> ServerFault | None:
        return self._nothing(f"/visits/{visit}/end", wire.EndVisitRequest(ending=ending), tries=2)

    def _nothing(self, path: str, body: BaseModel, *, tries: int) -> ServerFault | None:
        result: BaseModel | ServerFault | None = self._call("POST", path, body, None, tries=tries)
        return result if isinstance(result, ServerFault) else None


#: Faults that may pass by themselves; repeated only for calls that may be repeated.
_PASSING = frozenset({"offline", "timeout", "garbled", "busy", "internal"})

"""The contract between terminal and server: paths, bodies, and their way to and from the domain.

Both sides import this module; the server publishes it as OpenAPI. Every request of a terminal is
signed (RFC 9421, Ed25519; ``SIGNED_COMPONENTS``). A change that the other side would not
understand raises ``CONTRACT_VERSION``, which the handshake compares.

Bodies embed the domain's frozen dataclasses as they are: pydantic checks them field by field.
"""

from __future__ import annotations

import base64
import re
from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Base64Bytes, BaseModel, ConfigDict, Field

from kiosk.domain.acceptor import AcceptorState, AcceptorStatus, Escrow
from kiosk.domain.applicant import Applicant
from kiosk.domain.card import CardProof, FelicaProof, PivProof
from kiosk.domain.certificate import FormIdentity
from kiosk.domain.fees import NO_FEE, FeeMode, FeeRate, Payment, PaymentState
from kiosk.domain.issuance import IssueState
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.near import Neighbours, SiteHistory
from kiosk.domain.ports import CheckResult, Released
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
from kiosk.domain.query import (
    Found,
    Hit,
    Narrowing,
    NoHits,
    Query,
    SearchResult,
    SearchUnavailable,
    TooMany,
)

CONTRACT_VERSION = 6
PREFIX = "/api/v6"

#: Headers. The terminal names itself by the signature's key id. Every request carries both headers
#: below and signs them; the idempotency key is new for every request but a retry.
IDEMPOTENCY_KEY = "Idempotency-Key"
#: The session that staff opened the terminal with (``OpenAnswer.session``); ``-`` before that.
#: Without a live one the server answers only hello, heartbeat, self-test, recover and open.
TERMINAL_SESSION = "Terminal-Session"
NO_SESSION = "-"
#: What RFC 9421 signs: content-digest covers the body (RFC 9530).
SIGNED_COMPONENTS = (
    "@method",
    "@path",
    "@query",
    "content-digest",
    "idempotency-key",
    "terminal-session",
)
#: ``tag`` parameter of every signature, so that it is good for nothing else.
SIGNATURE_TAG = "daicho-kiosk"
#: Seconds a signature may be old.
SIGNATURE_MAX_AGE = 60

#: The largest integer that JSON carries everywhere (RFC 7493, I-JSON) and the log can hash.
MAX_INT = 2**53 - 1

Count = Annotated[int, Field(ge=0, le=MAX_INT)]
#: Words without control characters: a database may not take them.
Plain = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]*$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Fault(Body):
    """Every answer that is not 2xx. ``code`` is a catalogue key; ``detail`` is never personal."""

    code: str
    detail: str = ""


# --- the terminal -------------------------------------------------------------------------------


class HelloAnswer(Body):  # GET /hello
    contract: int
    build: str
    form: FormIdentity
    now: AwareDatetime
    terminal: str
    terminal_label: str
    accepting: bool
    production: bool
    data_as_of: str
    open_issue: bool
    fee: FeeRate = NO_FEE


class HeartbeatRequest(Body):  # POST /heartbeat
    phase: Plain = Field(max_length=200)
    printer: PrinterStatus | None = None


class HeartbeatAnswer(Body):
    now: AwareDatetime
    accepting: bool
    reason: str = ""
    staff_session: bool = True
    fee: FeeRate = NO_FEE
    data_as_of: str = ""


class OpenRequest(Body):  # POST /open
    staff_id: Plain = Field(max_length=64)
    pin: str = Field(max_length=64, repr=False)
    power_cycled: bool = False


class ChallengeAnswer(Body):  # POST /card-challenge
    nonce: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)


class FelicaBody(Body):
    kind: Literal["felica"]
    idm: str = Field(pattern=r"^[0-9a-f]{16}$", repr=False)
    pin: str = Field(max_length=64, repr=False)


class PivBody(Body):
    """``signature`` is over ``kiosk.domain.card.opening_message``, by the key of ``key_sha256``."""

    kind: Literal["piv"]
    key_sha256: Sha256
    nonce: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)
    signature: str = Field(pattern=r"^([0-9a-f]{2}){1,512}$", repr=False)


class OpenCardRequest(Body):  # POST /open-card -> OpenAnswer
    proof: Annotated[FelicaBody | PivBody, Field(discriminator="kind")]
    power_cycled: bool = False


class CloseRequest(Body):  # POST /close
    reason: Literal["staff", "card_removed"]


class OpenAnswer(Body):
    staff_id: str
    display_name: str
    session: str = Field(repr=False)  # opaque; lives in the terminal's memory only


class SelfTestRequest(Body):  # POST /self-test
    build: Plain = Field(max_length=64)
    results: list[CheckResult] = Field(max_length=100)


class RecoverRequest(Body):  # POST /recover
    clear: ClearState
    power_cycled: bool = False


class RecoverAnswer(Body):
    failed: list[str] = []
    unknown: list[str] = []
    power_cycle_needed: bool = False
    payments: list[str] = []


# --- the visit ----------------------------------------------------------------------------------


class ApplyRequest(Body):  # POST /applications
    visit: Identifier
    applicant: Applicant = Field(repr=False)


class ApplyAnswer(Body):
    application_id: str
    user_id: str


class SearchRequest(Body):  # POST /applications/{application_id}/search
    query: Query


class SearchAnswer(Body):
    result: Literal["found", "none", "too_many", "unavailable"]
    hits: list[Hit] = []
    choices: list[Narrowing] = []
    count: int = 0
    data_as_of: str = ""
    code: str = ""


class EntryAnswer(Body):  # POST /applications/{application_id}/entries/{entry_id}
    entry: LedgerEntry


class HistoryAnswer(Body):  # POST /applications/{application_id}/entries/{entry_id}/history
    history: SiteHistory


class NeighboursAnswer(Body):  # POST /applications/{application_id}/entries/{entry_id}/neighbours
    neighbours: Neighbours


class EndVisitRequest(Body):  # POST /visits/{visit}/end
    ending: Plain = Field(max_length=40)


# --- the issue ----------------------------------------------------------------------------------


class ReserveRequest(Body):  # POST /applications/{application_id}/issues, Idempotency-Key
    entry_id: Count
    entry_version: Count
    form: FormIdentity
    content_sha256: Sha256
    copy_index: int = Field(ge=1, le=20)
    copies: int = Field(ge=1, le=20)
    payment_id: Identifier | None = None  # of the payment that holds this copy's fee


class ReserveAnswer(Body):
    issue_id: str


class ReleaseAnswer(Body):  # POST /issues/{issue_id}/release, once
    issue_id: str
    number: str
    issued_on: date
    seal_png: Base64Bytes = Field(repr=False)
    pdf_sha256: Sha256
    page_count: int
    code: Plain = Field(max_length=600, repr=False)  # the signed QR code's text; empty: none


class SpoolRequest(Body):  # POST /issues/{issue_id}/spool
    raster_sha256: list[Sha256] = Field(min_length=1, max_length=200)


class SettleRequest(Body):  # POST /issues/{issue_id}/settle, idempotent
    outcome: Literal["printed", "not_started", "unknown"]
    fault: PrintFault | None = None
    evidence: PrintEvidence | None = None
    status: PrinterStatus | None = None


class SettleAnswer(Body):
    issue_id: str
    state: IssueState


# --- fees -----------------------------------------------------------------------------------------


class PaymentRequest(Body):  # POST /applications/{application_id}/payments, Idempotency-Key
    entry_id: Count
    content_sha256: Sha256
    copies: int = Field(ge=1, le=20)
    fee: FeeRate  # as the screen showed it


class PaymentAnswer(Body):  # also GET /payments/{payment_id}
    payment_id: str
    number: str
    state: PaymentState
    mode: FeeMode
    yen: int
    copies: int
    deposit: int
    give_back: int
    take: int
    returned: int


class EscrowBody(Body):
    payment_id: Plain = Field(max_length=64)
    inserted: Count
    taken: Count
    returned: Count


class CountRequest(Body):  # POST /payments/{payment_id}/count, may be repeated
    machine: AcceptorState | None = None  # None: there is no acceptor
    escrow: EscrowBody | None = None
    closing: bool = False


# --- to and from the domain ---------------------------------------------------------------------


def card_body(proof: CardProof) -> FelicaBody | PivBody:
    if isinstance(proof, FelicaProof):
        return FelicaBody(kind="felica", idm=proof.idm.hex(), pin=proof.pin[:64])
    return PivBody(
        kind="piv", key_sha256=proof.key_sha256, nonce=proof.nonce.hex(),
        signature=proof.signature.hex(),
    )  # fmt: skip


def card_proof(body: FelicaBody | PivBody) -> CardProof:
    if isinstance(body, FelicaBody):
        return FelicaProof(bytes.fromhex(body.idm), body.pin)
    return PivProof(body.key_sha256, bytes.fromhex(body.nonce), bytes.fromhex(body.signature))


def search_answer(result: SearchResult) -> SearchAnswer:
    if isinstance(result, SearchUnavailable):
        return SearchAnswer(result="unavailable", code=result.code)
    if isinstance(result, NoHits):
        return SearchAnswer(
            result="none", choices=list(result.choices), data_as_of=result.data_as_of
        )
    hits, choices = list(result.hits), list(result.choices)
    if isinstance(result, TooMany):
        return SearchAnswer(
            result="too_many", hits=hits, choices=choices, count=result.count,
            data_as_of=result.data_as_of,
        )  # fmt: skip
    return SearchAnswer(
        result="found", hits=hits, choices=choices, count=len(hits), data_as_of=result.data_as_of
    )


def search_result(answer: SearchAnswer) -> SearchResult:
    if answer.result == "unavailable":
        return SearchUnavailable(answer.code)
    choices = tuple(answer.choices)
    if answer.result == "none":
        return NoHits(choices, answer.data_as_of)
    if answer.result == "too_many":
        return TooMany(answer.count, tuple(answer.hits), choices, answer.data_as_of)
    return Found(tuple(answer.hits), choices, answer.data_as_of)


def release_answer(released: Released) -> ReleaseAnswer:
    return ReleaseAnswer(
        issue_id=released.issue_id,
        number=released.number,
        issued_on=released.issued_on,
        seal_png=base64.b64encode(released.seal_png),
        pdf_sha256=released.pdf_sha256,
        page_count=released.page_count,
        code=released.code,
    )


def released(answer: ReleaseAnswer) -> Released:
    return Released(
        issue_id=answer.issue_id,
        number=answer.number,
        issued_on=answer.issued_on,
        seal_png=answer.seal_png,
        pdf_sha256=answer.pdf_sha256,
        page_count=answer.page_count,
        code=answer.code,
    )


def payment_answer(payment: Payment) -> PaymentAnswer:
    return PaymentAnswer(
        payment_id=payment.payment_id,
        number=payment.number,
        state=payment.state,
        mode=payment.mode,
        yen=payment.yen,
        copies=payment.copies,
        deposit=payment.deposit,
        give_back=payment.give_back,
        take=payment.take,
        returned=payment.returned,
    )


def payment(answer: PaymentAnswer) -> Payment:
    return Payment(**answer.model_dump())


def count_request(status: AcceptorStatus | None, closing: bool) -> CountRequest:
    if status is None:
        return CountRequest(closing=closing)
    held = status.escrow
    escrow = held and EscrowBody(
        payment_id=held.payment_id, inserted=held.inserted, taken=held.taken,
        returned=held.returned,
    )  # fmt: skip
    return CountRequest(machine=status.state, escrow=escrow, closing=closing)


def acceptor_status(request: CountRequest) -> AcceptorStatus | None:
    """What a count request says of the machine; None: there is none."""
    if request.machine is None:
        return None
    held = request.escrow
    escrow = Escrow(held.payment_id, held.inserted, held.taken, held.returned) if held else None
    return AcceptorStatus(request.machine, escrow)


def settle_request(outcome: PrintOutcome) -> SettleRequest:
    if isinstance(outcome, Printed):
        return SettleRequest(outcome="printed", evidence=outcome.evidence)
    if isinstance(outcome, NotStarted):
        return SettleRequest(outcome="not_started", fault=outcome.fault, status=outcome.status)
    return SettleRequest(
        outcome="unknown", fault=outcome.fault, evidence=outcome.evidence, status=outcome.status
    )


def _sound(evidence: PrintEvidence) -> bool:
    """Counts that can be counts and hashes that can be hashes: the log takes nothing else."""
    counts = (evidence.bytes_written, evidence.bytes_total, evidence.pages_completed or 0)
    return all(0 <= count <= MAX_INT for count in counts) and all(
        re.fullmatch("[0-9a-f]{64}", digest) for digest in evidence.raster_sha256
    )


def print_outcome(request: SettleRequest) -> PrintOutcome | None:
    """The outcome a settle request reports; None when it contradicts itself."""
    if request.evidence is not None and not _sound(request.evidence):
        return None
    if request.outcome == "printed":
        return Printed(request.evidence) if request.evidence and not request.fault else None
    if request.fault is None:
        return None
    if request.outcome == "not_started":
        return None if request.evidence else NotStarted(request.fault, request.status)
    return PrintUnknown(request.fault, request.evidence, request.status)

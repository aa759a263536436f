"""The contract's endpoints (kiosk/ledger_client/wire.py), thin: check, call a service, answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Path
from sqlalchemy.orm import Session

from admin.api.signed_route import SignedRoute
from admin.api.state import AnyTerminal, OpenTerminal, Refused, ServerState, State
from admin.db.issue_tables import Terminal
from admin.db.staff_tables import StaffAccount
from admin.services import (
    accounts,
    applications,
    fees,
    issuing,
    operation_log,
    search_guard,
    staff_cards,
    terminals,
)
from admin.services.fees import FeeRefusal
from admin.services.issuing import IssueRefusal
from admin.services.shown import note_shown, note_slowed
from kiosk.domain.card import SignInMethod
from kiosk.domain.events import EventCode
from kiosk.domain.query import NoHits, SearchUnavailable
from kiosk.ledger_client import wire

router = APIRouter(
    prefix=wire.PREFIX, route_class=SignedRoute, responses={"default": {"model": wire.Fault}}
)

EntryId = Annotated[int, Path(ge=0, le=wire.MAX_INT)]
Key = Annotated[str, Header(alias=wire.IDEMPOTENCY_KEY, min_length=8, max_length=64)]

#: Refusals that say "there is no such thing here"; everything else is a conflict.
_NOT_HERE = {
    "unknown_issue", "unknown_application", "unknown_entry", "unknown_terminal", "unknown_payment"
}  # fmt: skip


def _refuse(refusal: IssueRefusal | FeeRefusal) -> Refused:
    return Refused(404 if refusal.code in _NOT_HERE else 409, refusal.code, refusal.detail)


# --- the terminal -------------------------------------------------------------------------------


@router.get("/hello")
def hello(state: State, caller: AnyTerminal) -> wire.HelloAnswer:
    with state.services.database.read() as session:
        row = session.get_one(Terminal, caller.terminal)
        return wire.HelloAnswer(
            contract=wire.CONTRACT_VERSION,
            build=state.build,
            form=state.services.sheets.form(),
            now=state.services.now(),
            terminal=row.id,
            terminal_label=row.label,
            accepting=row.stopped_at is None,
            production=row.production or state.settings.production,
            data_as_of=state.data_as_of(session),
            open_issue=terminals.has_open_issue(session, row.id)
            or bool(fees.live_payments(session, row.id)),
            fee=fees.rate_on(session, state.services.today()),
        )


@router.post("/heartbeat")
def heartbeat(
    state: State, caller: AnyTerminal, body: wire.HeartbeatRequest
) -> wire.HeartbeatAnswer:
    now = state.services.now()
    with state.services.database.write() as session:
        terminals.seen(session, caller.terminal, body.phase[:40], body.printer, now)
        row = session.get_one(Terminal, caller.terminal)
        return wire.HeartbeatAnswer(
            now=now,
            accepting=row.stopped_at is None,
            reason=row.stop_reason or "",
            staff_session=caller.live,
            fee=fees.rate_on(session, state.services.today()),
            data_as_of=state.data_as_of(session),
        )


def _opened(
    state: ServerState, terminal: str, method: SignInMethod,
    check: Callable[[Session, datetime], StaffAccount | accounts.AccountRefusal],
) -> wire.OpenAnswer:  # fmt: skip
    if method not in state.settings.methods:
        raise Refused(403, "method_not_allowed")
    now = state.services.now()
    with state.services.database.write() as session:
        account = check(session, now)
        if isinstance(account, accounts.AccountRefusal):
            answer: wire.OpenAnswer | accounts.AccountRefusal = account
        else:
            token = terminals.open_terminal(session, terminal, account.staff_id, now, method)
            answer = wire.OpenAnswer(
                staff_id=account.staff_id, display_name=account.display_name, session=token
            )
    # The refusal is raised after the commit: a failed attempt must be counted and logged.
    if isinstance(answer, accounts.AccountRefusal):
        raise Refused(403, answer.code)
    return answer


@router.post("/open")
def open_terminal(state: State, caller: AnyTerminal, body: wire.OpenRequest) -> wire.OpenAnswer:
    return _opened(
        state, caller.terminal, SignInMethod.STAFF_ID,
        lambda session, now: accounts.check_pin(
            session, body.staff_id, body.pin, now, caller.terminal
        ),
    )  # fmt: skip


@router.post("/card-challenge")
def card_challenge(state: State, caller: AnyTerminal) -> wire.ChallengeAnswer:
    with state.services.database.write() as session:
        nonce = staff_cards.challenge(session, caller.terminal, state.services.now())
    return wire.ChallengeAnswer(nonce=nonce.hex())


@router.post("/open-card")
def open_by_card(state: State, caller: AnyTerminal, body: wire.OpenCardRequest) -> wire.OpenAnswer:
    """The answer to a challenge, or an IDm and a PIN."""
    proof, keys = wire.card_proof(body.proof), state.services.keys
    return _opened(
        state, caller.terminal, SignInMethod(body.proof.kind),
        lambda session, now: staff_cards.check_card(session, keys, proof, now, caller.terminal),
    )  # fmt: skip


@router.post("/close", status_code=204)
def close_terminal(state: State, caller: AnyTerminal, body: wire.CloseRequest) -> None:
    """End the staff session of this terminal; nothing where there is none."""
    if caller.live:
        with state.services.database.write() as session:
            terminals.close_by_staff(session, caller.terminal, body.reason, state.services.now())


@router.post("/recover")
def recover(state: State, caller: AnyTerminal, body: wire.RecoverRequest) -> wire.RecoverAnswer:
    """By the terminal's identity alone, before staff come; a power cycle is staff's word only."""
    answer = issuing.recover(
        state.services,
        caller.terminal,
        body.clear,
        power_cycled=body.power_cycled and caller.live,
    )
    if isinstance(answer, IssueRefusal):
        raise _refuse(answer)
    return wire.RecoverAnswer(
        failed=list(answer.failed),
        unknown=list(answer.unknown),
        power_cycle_needed=answer.power_cycle_needed,
        payments=list(answer.payments),
    )


@router.post("/self-test", status_code=204)
def self_test(state: State, caller: AnyTerminal, body: wire.SelfTestRequest) -> None:
    terminals.store_self_test(state.services, caller.terminal, body.build, body.results)


# --- the visit ----------------------------------------------------------------------------------


@router.post("/applications")
def apply(state: State, caller: OpenTerminal, body: wire.ApplyRequest) -> wire.ApplyAnswer:
    with state.services.database.read() as session:
        if not terminals.accepting(session, caller.terminal):
            raise Refused(409, "stopped")
    made = applications.create_application(
        state.services, caller.terminal, body.visit, body.applicant
    )
    return wire.ApplyAnswer(application_id=made.application_id, user_id=made.user_id)


@router.post("/applications/{application_id}/search")
def search(
    state: State, caller: OpenTerminal, application_id: wire.Identifier, body: wire.SearchRequest
) -> wire.SearchAnswer:
    services = state.services
    with services.database.read() as session:
        if applications.application_of(session, application_id, caller.terminal) is None:
            raise Refused(404, "unknown_application")
        now = services.now().timestamp()
        wait = state.guard.must_wait(caller.terminal, application_id, now)
        result = (
            SearchUnavailable(search_guard.TOO_FAST)
            if wait
            else state.search(session, body.query, services.today())
        )
    if wait and state.guard.to_log(application_id, now):
        with services.database.write() as session:
            note_slowed(session, caller.terminal, application_id, services.now())
    if isinstance(result, SearchUnavailable):
        return wire.search_answer(result)
    if not isinstance(result, NoHits):
        found = [hit.entry_id for hit in result.hits]
        state.guard.note(caller.terminal, application_id, found, now)
    answer = wire.search_answer(result)
    shown = [hit.entry_id for hit in answer.hits]
    data = {
        "query_kind": body.query.kind.value, "result": answer.result, "count": len(shown)
    }  # fmt: skip
    with services.database.write() as session:
        note_shown(
            session, EventCode.SEARCH_SHOWN, caller.terminal, application_id, services.now(),
            shown, data,
        )  # fmt: skip
    return answer


@router.post("/applications/{application_id}/entries/{entry_id}")
def open_entry(
    state: State, caller: OpenTerminal, application_id: wire.Identifier, entry_id: EntryId
) -> wire.EntryAnswer:
    services = state.services
    with services.database.write() as session:
        if applications.application_of(session, application_id, caller.terminal) is None:
            raise Refused(404, "unknown_application")
        if not applications.was_found(session, application_id, entry_id):
            raise Refused(404, "unknown_entry")
        entry = services.load_entry(session, entry_id)
        if entry is None:
            raise Refused(404, "unknown_entry")
        operation_log.append(
            session,
            EventCode.ENTRY_OPENED,
            operation_log.terminal_actor(caller.terminal),
            at=services.now(),
            subject=application_id,
            data={"entry_id": entry_id, "entry_version": entry.version},
        )
        return wire.EntryAnswer(entry=entry)


@router.post("/visits/{visit}/end", status_code=204)
def end_visit(
    state: State, caller: AnyTerminal, visit: wire.Identifier, body: wire.EndVisitRequest
) -> None:
    services = state.services
    with services.database.write() as session:
        operation_log.append(
            session,
            EventCode.VISIT_ENDED,
            operation_log.terminal_actor(caller.terminal),
            at=services.now(),
            subject=visit,
            data={"ending": body.ending},
        )


# --- the issue ----------------------------------------------------------------------------------


@router.post("/applications/{application_id}/issues")
def reserve(
    state: State,
    caller: OpenTerminal,
    application_id: wire.Identifier,
    body: wire.ReserveRequest,
    key: Key,
) -> wire.ReserveAnswer:
    answer = issuing.reserve(
        state.services,
        issuing.ReserveOrder(
            terminal=caller.terminal,
            application_id=application_id,
            entry_id=body.entry_id,
            entry_version=body.entry_version,
            form=body.form,
            content_sha256=body.content_sha256,
            copy_index=body.copy_index,
            copies=body.copies,
            idempotency_key=key,
            payment_id=body.payment_id,
        ),
    )
    if isinstance(answer, IssueRefusal):
        raise _refuse(answer)
    return wire.ReserveAnswer(issue_id=answer.issue_id)


@router.post("/issues/{issue_id}/release")
def release(state: State, caller: OpenTerminal, issue_id: wire.Identifier) -> wire.ReleaseAnswer:
    answer = issuing.release(state.services, issue_id, caller.terminal)
    if isinstance(answer, IssueRefusal):
        raise _refuse(answer)
    return wire.release_answer(answer)


@router.post("/issues/{issue_id}/spool", status_code=204)
def spool(
    state: State, caller: OpenTerminal, issue_id: wire.Identifier, body: wire.SpoolRequest
) -> None:
    refusal = issuing.spool(state.services, issue_id, caller.terminal, body.raster_sha256)
    if refusal is not None:
        raise _refuse(refusal)


@router.post("/issues/{issue_id}/settle")
def settle(
    state: State, caller: AnyTerminal, issue_id: wire.Identifier, body: wire.SettleRequest
) -> wire.SettleAnswer:
    outcome = wire.print_outcome(body)
    if outcome is None:
        raise Refused(400, "bad_request")
    answer = issuing.settle(state.services, issue_id, caller.terminal, outcome)
    if isinstance(answer, IssueRefusal):
        raise _refuse(answer)
    return wire.SettleAnswer(issue_id=answer.issue_id, state=answer.state)


# --- fees -----------------------------------------------------------------------------------------


@router.post("/applications/{application_id}/payments")
def request_payment(
    state: State,
    caller: OpenTerminal,
    application_id: wire.Identifier,
    body: wire.PaymentRequest,
    key: Key,
) -> wire.PaymentAnswer:
    answer = fees.request(
        state.services,
        fees.PaymentOrder(
            terminal=caller.terminal,
            application_id=application_id,
            entry_id=body.entry_id,
            content_sha256=body.content_sha256,
            copies=body.copies,
            rate=body.fee,
            idempotency_key=key,
        ),
    )
    if isinstance(answer, FeeRefusal):
        raise _refuse(answer)
    return wire.payment_answer(answer)


@router.get("/payments/{payment_id}")
def read_payment(
    state: State, caller: AnyTerminal, payment_id: wire.Identifier
) -> wire.PaymentAnswer:
    answer = fees.read(state.services, payment_id, caller.terminal)
    if isinstance(answer, FeeRefusal):
        raise _refuse(answer)
    return wire.payment_answer(answer)


@router.post("/payments/{payment_id}/count")
def count_payment(
    state: State, caller: AnyTerminal, payment_id: wire.Identifier, body: wire.CountRequest
) -> wire.PaymentAnswer:
    """By the terminal's identity alone, as settle and recover: money that is in the machine must
    find its row although nobody has opened the terminal."""
    answer = fees.count(
        state.services, payment_id, caller.terminal, wire.acceptor_status(body),
        closing=body.closing,
    )  # fmt: skip
    if isinstance(answer, FeeRefusal):
        raise _refuse(answer)
    return wire.payment_answer(answer)

"""Terminals: registered by key, opened by staff, stopped by an order, heard by heartbeat."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.issue_tables import Issue, SelfTestReport, Terminal
from admin.services import operation_log
from admin.services.context import Services
from kiosk.domain.card import SignInMethod
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import OPEN_STATES
from kiosk.domain.ports import CheckResult
from kiosk.domain.printer import PrinterStatus


def register(
    session: Session,
    terminal: str,
    label: str,
    public_key: bytes,
    *,
    production: bool,
    now: datetime,
    actor: operation_log.Actor,
) -> None:
    """Register a terminal, or give a known one a new key (which closes it)."""
    operation_log.lock(session)
    row = session.get(Terminal, terminal)
    if row is None:
        row = Terminal(id=terminal, registered_at=now, power_cycle_needed=False)
        session.add(row)
    row.label, row.public_key, row.production = label, public_key, production
    row.session_sha256 = None
    session.flush()
    operation_log.append(
        session,
        EventCode.TERMINAL_REGISTERED,
        actor,
        at=now,
        subject=terminal,
        data={"terminal": terminal, "digest": hashlib.sha256(public_key).hexdigest()},
    )


def open_terminal(
    session: Session, terminal: str, staff_id: str, now: datetime,
    method: SignInMethod = SignInMethod.STAFF_ID,
) -> str:  # fmt: skip
    """Open for the public; returns the session token, of which only the hash is kept."""
    token = secrets.token_urlsafe(32)
    operation_log.lock(session)
    row = session.get_one(Terminal, terminal)
    row.session_sha256 = hashlib.sha256(token.encode("ascii")).hexdigest()
    row.opened_by, row.opened_at = staff_id, now
    operation_log.append(
        session,
        EventCode.TERMINAL_OPENED,
        operation_log.staff_actor(staff_id, terminal),
        at=now,
        subject=terminal,
        data={"staff_id": staff_id, "kind": method.value},
        confirms_clock=True,
    )
    return token


def close_terminal(session: Session, terminal: str) -> None:
    """The staff session ends: the terminal may serve nobody until it is opened again."""
    session.get_one(Terminal, terminal).session_sha256 = None


def close_by_staff(session: Session, terminal: str, reason: str, now: datetime) -> None:
    """Staff end their session at the terminal, or take away the card that was opening it."""
    operation_log.lock(session)
    row = session.get_one(Terminal, terminal)
    who = row.opened_by or ""
    close_terminal(session, terminal)
    operation_log.append(
        session, EventCode.TERMINAL_CLOSED, operation_log.staff_actor(who, terminal), at=now,
        subject=terminal, data={"staff_id": who, "reason": reason},
    )  # fmt: skip


def session_is_live(session: Session, terminal: str, token: str) -> bool:
    row = session.get(Terminal, terminal)
    digest = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    return (
        row is not None
        and row.session_sha256 is not None
        and secrets.compare_digest(row.session_sha256, digest)
    )


def accepting(session: Session, terminal: str) -> bool:
    """No stop order. An unknown terminal accepts nothing."""
    row = session.get(Terminal, terminal)
    return row is not None and row.stopped_at is None


def has_open_issue(session: Session, terminal: str) -> bool:
    found = select(Issue.id).where(Issue.terminal == terminal, Issue.state.in_(OPEN_STATES))
    return session.scalar(found.limit(1)) is not None


def stop(session: Session, terminal: str, staff_id: str, reason: str, now: datetime) -> bool:
    """A stop order; False if it is stopped already or not known."""
    operation_log.lock(session)  # before the terminal's row, as an issue takes them
    row = session.get(Terminal, terminal)
    if row is None or row.stopped_at is not None:
        return False
    row.stopped_by, row.stopped_at, row.stop_reason = staff_id, now, reason
    operation_log.append(
        session,
        EventCode.TERMINAL_STOPPED,
        operation_log.staff_actor(staff_id),
        at=now,
        subject=terminal,
        data={"terminal": terminal, "reason_text": reason},
    )
    return True


def reopen(session: Session, terminal: str, staff_id: str, now: datetime, reason: str = "") -> bool:
    """Lift the stop order; False if there is none. ``reason`` is staff's own words for the log."""
    operation_log.lock(session)
    row = session.get(Terminal, terminal)
    if row is None or row.stopped_at is None:
        return False
    row.stopped_by = row.stopped_at = row.stop_reason = None
    operation_log.append(
        session,
        EventCode.TERMINAL_REOPENED,
        operation_log.staff_actor(staff_id),
        at=now,
        subject=terminal,
        data={"terminal": terminal, **({"reason_text": reason} if reason else {})},
    )
    return True


def seen(
    session: Session, terminal: str, phase: str, printer: PrinterStatus | None, now: datetime
) -> None:
    """A heartbeat arrived. Not a deed, so not a log row."""
    row = session.get_one(Terminal, terminal)
    row.last_seen, row.last_phase = now, phase
    if printer is not None:
        row.last_status = {
            "state": printer.state.value,
            "reasons": sorted(reason.value for reason in printer.reasons),
        }


def store_self_test(
    services: Services, terminal: str, build: str, results: Sequence[CheckResult]
) -> None:
    now = services.now()
    good = bool(results) and all(result.ok for result in results)
    with services.database.write() as session:
        session.add(
            SelfTestReport(
                terminal=terminal, at=now, build=build, ok=good,
                results=[asdict(result) for result in results],
            )
        )  # fmt: skip
        operation_log.append(
            session,
            EventCode.TERMINAL_SELF_TEST,
            operation_log.terminal_actor(terminal),
            at=now,
            subject=terminal,
            data={
                "build": build,
                "ok": good,
                "checks": [f"{r.check}:{'ok' if r.ok else r.code or 'failed'}" for r in results],
            },
        )

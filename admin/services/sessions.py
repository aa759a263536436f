"""Signed-in browsers: a random token of which only the hash is kept, idle and hard limits."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from admin.db.staff_tables import StaffAccount, StaffSession
from admin.services import accounts, operation_log
from kiosk.domain.events import EventCode

IDLE = timedelta(minutes=15)
HARD = timedelta(hours=8)
#: ``seen_at`` is written at most this often, so that reading a page is not a write each time.
SEEN_STEP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is at the browser now. ``must_change``: every page but the change form is closed."""

    account: StaffAccount
    form_token: str
    must_change: bool


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def begin(session: Session, staff_id: str, now: datetime) -> str:
    """A fresh session; returns the token for the cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            token_sha256=_digest(token), staff_id=staff_id, form_token=secrets.token_urlsafe(24),
            created_at=now, seen_at=now,
        )
    )  # fmt: skip
    return token


def whose(session: Session, token: str, now: datetime) -> SignedIn | None:
    """Who holds this token, if session and authority are in force at this moment."""
    row = session.get(StaffSession, _digest(token))
    if row is None or now - row.seen_at >= IDLE or now - row.created_at >= HARD:
        return None
    if row.seen_at - now > timedelta(minutes=2):  # the clock was set back: nothing revives
        return None
    account = session.get(StaffAccount, row.staff_id)
    if account is None or not accounts.in_force(account, now):
        return None
    must = account.must_change or accounts.password_expired(account, now)
    return SignedIn(account, row.form_token, must)


def needs_touch(session: Session, token: str, now: datetime) -> bool:
    row = session.get(StaffSession, _digest(token))
    return row is not None and now - row.seen_at >= SEEN_STEP


def touch(session: Session, token: str, now: datetime) -> None:
    row = session.get(StaffSession, _digest(token))
    if row is not None:
        row.seen_at = now


def end(session: Session, token: str, staff_id: str, now: datetime) -> None:
    session.execute(delete(StaffSession).where(StaffSession.token_sha256 == _digest(token)))
    operation_log.append(
        session, EventCode.SIGNED_OUT, operation_log.staff_actor(staff_id), at=now, subject=staff_id
    )


def purge(session: Session, now: datetime) -> None:
    """Forget sessions that can never be used again."""
    session.execute(delete(StaffSession).where(StaffSession.created_at < now - HARD))

"""Staff accounts: one ID per person, a period of authority, a password of at most ninety days.

Passwords and PINs are argon2id with the library's defaults (RFC 9106, low-memory set).
"""

from __future__ import annotations

import re
import secrets
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from admin.db.staff_tables import SignInFailure, StaffAccount, StaffSession
from admin.services import operation_log
from kiosk.domain.events import EventCode

#: The ward's rule; 0 would mean never (運用規程 第9条).
PASSWORD_MAX_AGE = timedelta(days=90)
PASSWORD_WARN = timedelta(days=14)
PASSWORD_MIN = 8
PASSWORD_MAX = 128
#: Failures of one ID or address within the window, and how long the lock holds then.
FAILURES_MAX = {"password": 5, "pin": 3, "address": 20, "card": 3, "reader": 20}
FAILURE_WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)

_STAFF_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,31}")
#: Stands for whatever was typed that cannot be an ID: nobody has it, and all of it counts together.
_NO_ID = "?"

_hasher = PasswordHasher()
#: Each hash takes 64 MiB: two at a time are enough for a section's office.
_at_once = threading.Semaphore(2)
#: An account that does not exist costs the same time as one that does.
_DECOY = _hasher.hash(secrets.token_urlsafe(16))


class Role(StrEnum):
    """役割 of the operating rules, article 5."""

    GENERAL_MANAGER = "general_manager"  # 統括管理者
    OPERATIONS_MANAGER = "operations_manager"  # 運用管理者
    WORKPLACE_MANAGER = "workplace_manager"  # 職場管理者
    SYSTEM_LEADER = "system_leader"  # システムリーダー
    USER = "user"  # 利用者


@dataclass(frozen=True, slots=True)
class AccountRefusal:
    """``code`` is a catalogue key. For a sign-in it never tells whether the ID exists."""

    code: str


def in_force(account: StaffAccount, now: datetime) -> bool:
    """Authority holds at this moment: not disabled, inside its period."""
    return account.disabled_at is None and account.valid_from <= now < account.valid_to


def password_expired(account: StaffAccount, now: datetime) -> bool:
    """Valid while now < set + 90 days; a clock set back before the setting revives nothing."""
    if not PASSWORD_MAX_AGE:
        return False
    age = now - account.password_set_at
    return age >= PASSWORD_MAX_AGE or age < -timedelta(minutes=2)


def password_days_left(account: StaffAccount, now: datetime) -> int:
    return max(0, (account.password_set_at + PASSWORD_MAX_AGE - now).days)


def password_fault(password: str) -> str | None:
    """Why this password may not be used: a catalogue key, or None. Eight, three kinds of four."""
    if len(password) < PASSWORD_MIN:
        return "password_short"
    if len(password) > PASSWORD_MAX or any(unicodedata.category(ch) == "Cc" for ch in password):
        return "password_characters"
    kinds = [r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]"]
    if sum(bool(re.search(kind, password)) for kind in kinds) < 3:
        return "password_kinds"
    return None


def first_password() -> str:
    """A random password for handing over: shown once, changed at the first sign-in."""
    letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
    while True:
        word = "".join(secrets.choice(letters) for _ in range(12))
        if password_fault(word) is None:
            return word


def _verified(stored: str | None, typed: str) -> bool:
    with _at_once:
        try:
            good = _hasher.verify(stored or _DECOY, typed[:1024])
        except (VerificationError, InvalidHashError):
            return False
    return good and stored is not None


def _hashed(secret: str) -> str:
    with _at_once:
        return _hasher.hash(secret)


# --- failures -----------------------------------------------------------------------------------


def _as_typed(staff_id: str) -> str:
    """What can be an ID as it is, anything else as one word: no database is asked for it."""
    return staff_id if _STAFF_ID.fullmatch(staff_id) else _NO_ID


def _locked(session: Session, subjects: list[str], now: datetime) -> bool:
    query = select(SignInFailure).where(SignInFailure.subject.in_(subjects))
    rows = session.scalars(query.execution_options(populate_existing=True))
    return any(row.locked_until is not None and now < row.locked_until for row in rows)


def _count_failure(session: Session, subject: str, now: datetime) -> bool:
    """One more failure; True when this one locks."""
    row = session.get(SignInFailure, subject, with_for_update=True)
    if (
        row is None
        or now - row.first_at > FAILURE_WINDOW
        or (row.locked_until is not None and now >= row.locked_until)
    ):
        if row is None:
            row = SignInFailure(subject=subject, count=0, first_at=now)
            session.add(row)
        row.count, row.first_at, row.locked_until = 0, now, None
    row.count += 1
    if row.count >= FAILURES_MAX[subject.partition(":")[0]] and row.locked_until is None:
        row.locked_until = now + LOCK
        return True
    return False


def _fail(
    session: Session, subjects: list[str], staff_id: str, event: EventCode, now: datetime,
    terminal: str | None = None,
) -> AccountRefusal:  # fmt: skip
    operation_log.lock(session)  # two first failures at once would both insert the count
    locks = [_count_failure(session, subject, now) for subject in subjects]
    # What was typed as an ID may be a password typed in the wrong box: only known IDs are logged.
    known = session.get(StaffAccount, staff_id) is not None
    operation_log.append(
        session, event, operation_log.Actor("system:sign-in", terminal), at=now,
        subject=terminal, data={"account": staff_id if known else "unknown"},
    )  # fmt: skip
    if any(locks) and known:
        operation_log.append(
            session, EventCode.ACCOUNT_LOCKED, operation_log.system_actor("sign-in"), at=now,
            data={"account": staff_id},
        )  # fmt: skip
    return AccountRefusal("locked" if any(locks) else "sign_in_refused")


def _locked_meanwhile(session: Session, subjects: list[str], now: datetime) -> bool:
    """Looked at again in the log's order: tries at the same moment do not get past the lock."""
    operation_log.lock(session)
    return _locked(session, subjects, now)


def _forgive(session: Session, subjects: list[str]) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.subject.in_(subjects)))


# --- signing in ---------------------------------------------------------------------------------


def check_password(
    session: Session, staff_id: str, password: str, address: str, now: datetime
) -> StaffAccount | AccountRefusal:
    """Sign in by password. Call inside a write transaction: failures are counted and logged."""
    staff_id = _as_typed(staff_id)
    subjects = [f"password:{staff_id}", f"address:{address[:64]}"]
    if _locked(session, subjects, now):
        return AccountRefusal("locked")
    account = session.get(StaffAccount, staff_id)
    good = _verified(account.password_hash if account else None, password)
    if account is None or not good or not in_force(account, now):
        return _fail(session, subjects, staff_id, EventCode.SIGN_IN_REFUSED, now)
    if _locked_meanwhile(session, subjects, now):
        return AccountRefusal("locked")
    _forgive(session, subjects[:1])
    account.last_sign_in = now
    operation_log.append(
        session, EventCode.SIGNED_IN, operation_log.staff_actor(staff_id), at=now, subject=staff_id
    )
    return account


def check_pin(
    session: Session, staff_id: str, pin: str, now: datetime, terminal: str
) -> StaffAccount | AccountRefusal:
    """Open a terminal by staff ID and PIN. Call inside a write transaction."""
    staff_id = _as_typed(staff_id)

    def right() -> StaffAccount | None:
        account = session.get(StaffAccount, staff_id)
        return account if pin_is_right(account, pin) else None

    return check_opening(session, staff_id, [f"pin:{staff_id}"], right, now, terminal)


def check_opening(
    session: Session, staff_id: str, subjects: list[str],
    right: Callable[[], StaffAccount | None], now: datetime, terminal: str,
) -> StaffAccount | AccountRefusal:  # fmt: skip
    """Open a terminal by whatever ``right`` proves; it takes the same time for nobody as for one.

    A failure counts for all ``subjects`` and is logged for ``staff_id``; success forgives the
    first subject. Call inside a write transaction.
    """
    if _locked(session, subjects, now):
        return AccountRefusal("locked")
    account = right()
    if account is None or not in_force(account, now):
        event = EventCode.TERMINAL_OPEN_REFUSED
        return _fail(session, subjects, staff_id, event, now, terminal)
    if _locked_meanwhile(session, subjects, now):
        return AccountRefusal("locked")
    _forgive(session, subjects[:1])
    return account


def pin_is_right(account: StaffAccount | None, pin: str) -> bool:
    """Takes as long for no account, or one without a PIN, as for one."""
    return _verified(account.pin_hash if account else None, pin)


# --- keeping accounts ---------------------------------------------------------------------------


def create_account(
    session: Session,
    *,
    staff_id: str,
    display_name: str,
    role: Role,
    valid_from: datetime,
    valid_to: datetime,
    now: datetime,
    actor: operation_log.Actor,
    pin: str | None = None,
) -> tuple[StaffAccount, str] | AccountRefusal:
    """A new person; returns the account and the first password, which is nowhere else."""
    if not _STAFF_ID.fullmatch(staff_id):
        return AccountRefusal("staff_id_shape")
    if not display_name.strip() or len(display_name) > 100:
        return AccountRefusal("display_name")
    if valid_from >= valid_to:
        return AccountRefusal("period")
    if pin is not None and not good_pin(pin):
        return AccountRefusal("pin_shape")
    if session.get(StaffAccount, staff_id) is not None:
        return AccountRefusal("staff_id_taken")
    password = first_password()
    account = StaffAccount(
        staff_id=staff_id, display_name=display_name.strip(), role=role.value,
        password_hash=_hashed(password), password_set_at=now, must_change=True,
        pin_hash=_hashed(pin) if pin else None, valid_from=valid_from, valid_to=valid_to,
        created_at=now, created_by=actor.who,
    )  # fmt: skip
    session.add(account)
    session.flush()
    operation_log.append(
        session, EventCode.ACCOUNT_CREATED, actor, at=now, subject=staff_id,
        data={
            "account": staff_id, "role": role.value,
            "valid_from": operation_log.instant(valid_from),
            "valid_to": operation_log.instant(valid_to),
        },
    )  # fmt: skip
    return account, password


def good_pin(pin: str) -> bool:
    """Six to twelve digits, not all the same and not a run."""
    if not re.fullmatch(r"[0-9]{6,12}", pin) or len(set(pin)) == 1:
        return False
    return pin not in "01234567890123456789" and pin not in "98765432109876543210"


def change_password(
    session: Session, staff_id: str, old: str, new: str, now: datetime
) -> AccountRefusal | None:
    """The person sets their own password; the first one and an expired one too."""
    account = session.get_one(StaffAccount, staff_id)
    subjects = [f"password:{staff_id}"]
    if _locked(session, subjects, now):
        return AccountRefusal("locked")
    if not _verified(account.password_hash, old):
        return _fail(session, subjects, staff_id, EventCode.SIGN_IN_REFUSED, now)
    fault = password_fault(new)
    if fault:
        return AccountRefusal(fault)
    if _verified(account.password_hash, new):
        return AccountRefusal("password_same")
    account.password_hash, account.password_set_at = _hashed(new), now
    account.must_change = False
    operation_log.append(
        session, EventCode.PASSWORD_CHANGED, operation_log.staff_actor(staff_id), at=now,
        subject=staff_id,
    )  # fmt: skip
    return None


def reset_password(
    session: Session, staff_id: str, actor: operation_log.Actor, now: datetime
) -> str | AccountRefusal:
    """A new first password; every session of that ID ends."""
    account = session.get(StaffAccount, staff_id)
    if account is None:
        return AccountRefusal("unknown_account")
    password = first_password()
    account.password_hash, account.password_set_at = _hashed(password), now
    account.must_change = True
    end_sessions(session, staff_id)
    _forgive(session, [f"password:{staff_id}", f"pin:{staff_id}"])
    operation_log.append(session, EventCode.PASSWORD_RESET, actor, at=now, subject=staff_id)
    return password


def set_pin(
    session: Session, staff_id: str, pin: str, actor: operation_log.Actor, now: datetime
) -> AccountRefusal | None:
    account = session.get(StaffAccount, staff_id)
    if account is None:
        return AccountRefusal("unknown_account")
    if not good_pin(pin):
        return AccountRefusal("pin_shape")
    account.pin_hash = _hashed(pin)
    operation_log.append(
        session, EventCode.ACCOUNT_CHANGED, actor, at=now, subject=staff_id,
        data={"account": staff_id, "changed": "pin"},
    )  # fmt: skip
    return None


def disable(
    session: Session, staff_id: str, actor: operation_log.Actor, now: datetime
) -> AccountRefusal | None:
    """End an account's authority at once; the last 統括管理者 cannot be removed."""
    account = session.get(StaffAccount, staff_id)
    if account is None or account.disabled_at is not None:
        return AccountRefusal("unknown_account")
    if account.role == Role.GENERAL_MANAGER and _managers(session, now) <= 1:
        return AccountRefusal("last_manager")
    account.disabled_at = now
    end_sessions(session, staff_id)
    operation_log.append(
        session, EventCode.ACCOUNT_CHANGED, actor, at=now, subject=staff_id,
        data={"account": staff_id, "changed": "disabled"},
    )  # fmt: skip
    return None


def _managers(session: Session, now: datetime) -> int:
    query = select(func.count()).where(
        StaffAccount.role == Role.GENERAL_MANAGER.value,
        StaffAccount.disabled_at.is_(None),
        StaffAccount.valid_from <= now,
        StaffAccount.valid_to > now,
    )
    return session.scalar(query) or 0


def end_sessions(session: Session, staff_id: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def every_account(session: Session) -> list[StaffAccount]:
    return list(session.scalars(select(StaffAccount).order_by(StaffAccount.staff_id)))

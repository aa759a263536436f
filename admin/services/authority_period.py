"""The period in which a person's authority holds (運用規程 第6条第2項), and its change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.staff_tables import StaffAccount
from admin.services import accounts, operation_log
from admin.services.accounts import AccountRefusal, Role
from kiosk.domain.events import EventCode


def _other_manager(session: Session, staff_id: str, now: datetime) -> bool:
    """Is there another 統括管理者 whose authority holds now?"""
    query = select(StaffAccount).where(
        StaffAccount.role == Role.GENERAL_MANAGER.value, StaffAccount.staff_id != staff_id
    )
    return any(accounts.in_force(account, now) for account in session.scalars(query))


def set_period(
    session: Session,
    staff_id: str,
    valid_from: datetime,
    valid_to: datetime,
    actor: operation_log.Actor,
    now: datetime,
) -> AccountRefusal | None:
    """Change the period; who is outside it now is signed out with the next request.

    The last 統括管理者 in force stays in force. A period that is over already is not a change of
    period: :func:`accounts.disable` ends an account.
    """
    operation_log.lock(session)
    account = session.get(StaffAccount, staff_id)
    if account is None or account.disabled_at is not None:
        return AccountRefusal("unknown_account")
    if valid_from >= valid_to:
        return AccountRefusal("period")
    if valid_to <= now:
        return AccountRefusal("too_early")
    manager = account.role == Role.GENERAL_MANAGER.value
    if manager and valid_from > now and not _other_manager(session, staff_id, now):
        return AccountRefusal("last_manager")
    account.valid_from, account.valid_to = valid_from, valid_to
    operation_log.append(
        session, EventCode.ACCOUNT_CHANGED, actor, at=now, subject=staff_id,
        data={
            "account": staff_id, "changed": "period",
            "valid_from": operation_log.instant(valid_from),
            "valid_to": operation_log.instant(valid_to),
        },
    )  # fmt: skip
    return None

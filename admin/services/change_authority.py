"""Changes of the ledger under authority: opened, checked and closed here and nowhere else.

Source: 運用規程 第9条第7項: important data are updated after a permission (第4号様式) by a work ID
that holds for a time; afterwards the content of the update is confirmed (第4号様式の2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin.db.change_tables import ChangeAuthority
from admin.db.issue_tables import Terminal
from admin.db.ledger_tables import LedgerEntryRow
from admin.db.log_tables import OperationLog
from admin.db.staff_tables import StaffAccount
from admin.services import operation_log
from admin.services.accounts import Role, in_force
from admin.services.change_limits import NO_LIMITS, PATTERNS, Limits
from admin.services.context import JST
from kiosk.domain.eras import fiscal_year
from kiosk.domain.events import EventCode

#: A work ID is for one piece of work, not for a standing right.
LONGEST = timedelta(days=31)
TEXT_LIMIT = 1000
WORK_ID = re.compile(r"W-[0-9]{4}-[0-9]{4,6}")

REFUSALS: Final = {
    "work_id_needed": "台帳を更新するには、許可された作業IDが要ります。"
    "python -m admin authorize-change open で作業IDを受け、--work-id に付けてください。",
    "unknown_work_id": "その作業IDはありません。番号を確かめてください。",
    "early": "その作業IDは、まだ使える時刻になっていません。",
    "over": "その作業IDは、使える期間が過ぎています。新しい許可を受けてください。",
    "closed": "その作業IDの作業は終わっています。新しい許可を受けてください。",
    "applicant": "申請者の職員IDがないか、権限の期間の外です。",
    "approver": "許可できるのは、権限の期間の中の統括管理者だけです。職員IDを確かめてください。",
    "self": "申請者と許可した者が同じです。申請者でない統括管理者の許可を受けてください。",
    "limits": "範囲の指定を確かめてください。件数は1以上、台帳番号の形は50までです。",
    "confirmer": "確認した者の職員IDがないか、権限の期間の外です。",
    "reason": "更新する理由を、1000文字までで書いてください。",
    "scope": "更新の範囲を、1000文字までで書いてください。",
    "period": "期間の終わりは、始まりとこれからより後にしてください。",
    "long": "期間は31日までです。",
    "remark": "確認の結果を、1000文字までで書いてください。",
}


@dataclass(frozen=True, slots=True)
class AuthorityRefusal:
    """Why an authority cannot be opened, used or closed. ``code`` is a key of REFUSALS."""

    code: str

    @property
    def sentence(self) -> str:
        return REFUSALS[self.code]


class State(StrEnum):
    """Where an authority stands at a moment. OVERDUE: its time is over, nobody closed it."""

    EARLY = "early"
    OPEN = "open"
    OVERDUE = "overdue"
    CLOSED = "closed"


def state(authority: ChangeAuthority, now: datetime) -> State:
    if authority.closed_at is not None:
        return State.CLOSED
    if now < authority.valid_from:
        return State.EARLY
    return State.OPEN if now < authority.valid_to else State.OVERDUE


@dataclass(frozen=True, slots=True)
class Application:
    """第4号様式 as it was approved. ``scope`` says which entries, in the applicant's words."""

    applicant: str  # staff ID
    approver: str  # staff ID
    reason: str
    scope: str
    valid_from: datetime
    valid_to: datetime
    limits: Limits = NO_LIMITS


def _said(text: str) -> bool:
    return bool(text.strip()) and len(text) <= TEXT_LIMIT and text.replace("\n", "").isprintable()


def _limits_said(limits: Limits) -> bool:
    few = len(limits.ledger_nos) <= PATTERNS and all(
        one and one.isprintable() and len(one) <= TEXT_LIMIT for one in limits.ledger_nos
    )
    return few and (limits.at_most is None or limits.at_most >= 1)


def _fault(session: Session, asked: Application, now: datetime) -> str | None:
    applicant = session.get(StaffAccount, asked.applicant)
    if applicant is None or not in_force(applicant, now):
        return "applicant"
    approver = session.get(StaffAccount, asked.approver)
    if approver is None or approver.role != Role.GENERAL_MANAGER or not in_force(approver, now):
        return "approver"
    if asked.applicant == asked.approver:
        return "self"
    if not _limits_said(asked.limits):
        return "limits"
    if not _said(asked.reason):
        return "reason"
    if not _said(asked.scope):
        return "scope"
    if asked.valid_to <= max(asked.valid_from, now):
        return "period"
    return "long" if asked.valid_to - asked.valid_from > LONGEST else None


def open_authority(
    session: Session, asked: Application, *, now: datetime, actor: operation_log.Actor
) -> ChangeAuthority | AuthorityRefusal:
    """Give a work ID for an approved application, in the caller's transaction."""
    operation_log.lock(session)  # numbers are counted here
    fault = _fault(session, asked, now)
    if fault is not None:
        operation_log.append(session, EventCode.CHANGE_REFUSED, actor, at=now, data={"code": fault})
        return AuthorityRefusal(fault)
    year = fiscal_year(now.astimezone(JST).date())
    newest = select(func.max(ChangeAuthority.serial)).where(ChangeAuthority.fiscal_year == year)
    serial = (session.scalar(newest) or 0) + 1
    row = ChangeAuthority(
        work_id=f"W-{year}-{serial:04d}", fiscal_year=year, serial=serial,
        applicant=asked.applicant, approver=asked.approver, reason=asked.reason.strip(),
        scope=asked.scope.strip(), valid_from=asked.valid_from, valid_to=asked.valid_to,
        opened_at=now, opened_by=actor.who[:64], limits=asked.limits.stored(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    operation_log.append(
        session, EventCode.CHANGE_AUTHORIZED, actor, at=now, subject=row.work_id,
        data={"work_id": row.work_id, "staff_id": asked.applicant, "account": asked.approver,
              "valid_from": operation_log.instant(asked.valid_from),
              "valid_to": operation_log.instant(asked.valid_to)},
    )  # fmt: skip
    return row


def check(session: Session, work_id: str, now: datetime) -> ChangeAuthority | AuthorityRefusal:
    """The authority, if the ledger may be changed under it at this moment."""
    row = find(session, work_id)
    if row is None:
        return AuthorityRefusal("unknown_work_id")
    where = state(row, now)
    if where is State.OPEN:
        return row
    return AuthorityRefusal("over" if where is State.OVERDUE else where.value)


def find(session: Session, work_id: str) -> ChangeAuthority | None:
    if not WORK_ID.fullmatch(work_id):
        return None
    return session.get(ChangeAuthority, work_id, populate_existing=True)


def close(
    session: Session,
    work_id: str,
    remark: str,
    *,
    now: datetime,
    actor: operation_log.Actor,
    confirmer: str | None = None,
) -> ChangeAuthority | AuthorityRefusal:
    """End the work: the ID is used no more. ``remark`` is what the confirmation found, and
    ``confirmer`` the staff ID of who made it; the actor's own name without one."""
    operation_log.lock(session)
    row = find(session, work_id)
    if row is None:
        return AuthorityRefusal("unknown_work_id")
    if row.closed_at is not None:
        return AuthorityRefusal("closed")
    if not _said(remark):
        return AuthorityRefusal("remark")
    if confirmer is not None:
        account = session.get(StaffAccount, confirmer)
        if account is None or not in_force(account, now):
            return AuthorityRefusal("confirmer")
    row.closed_at, row.remark = now, remark.strip()
    row.closed_by = confirmer or actor.who[:64]
    session.flush()
    operation_log.append(
        session, EventCode.CHANGE_CLOSED, actor, at=now, subject=work_id, data={"work_id": work_id}
    )
    return row


def authorities(session: Session) -> Iterator[ChangeAuthority]:
    """All of them, newest first."""
    query = select(ChangeAuthority).order_by(
        ChangeAuthority.fiscal_year.desc(), ChangeAuthority.serial.desc()
    )
    return iter(session.scalars(query))


def rule(session: Session, *, now: datetime, actor: operation_log.Actor) -> None:
    """Have every later change of this ledger need a work ID, whoever makes it and wherever.

    It is a row of the operation log, which nothing takes back: a command that is started without
    the server's settings is held to it like the server.
    """
    operation_log.lock(session)
    if not _ruled(session):
        operation_log.append(session, EventCode.CHANGE_RULED, actor, at=now)


def _ruled(session: Session) -> bool:
    query = select(OperationLog.seq).where(OperationLog.event == EventCode.CHANGE_RULED.value)
    return session.scalar(query.limit(1)) is not None


def required(session: Session) -> bool:
    """Whether changes need a work ID: it was ruled so, or a terminal here is a real one."""
    live = select(Terminal.id).where(Terminal.production.is_(True)).limit(1)
    return _ruled(session) or session.scalar(live) is not None


def ledger_begun(session: Session) -> bool:
    """Whether there is an entry: the very first load is no change of anything."""
    return session.scalar(select(LedgerEntryRow.id).limit(1)) is not None

"""The print log's own rows against the operation log: what was changed behind the program's back.

The operation log is a hash chain; the rows that the section reviews are not. But every deed of an
issue writes what it did into the chain, so each row must be what its deeds made of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.db.issue_tables import ApplicantRow, ApplicationRow, Issue, PrintAttempt
from admin.db.log_tables import OperationLog
from admin.services import payment_audit, sheets
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import IssueState

#: What a deed says of the evidence, key by key as the row keeps it.
EVIDENCE = (
    "bytes_written", "bytes_total", "raster_sha256", "pages_completed", "completion_mark",
    "presenter_taken", "status",
)  # fmt: skip
#: Facts of the numbering that the row repeats: column by key of the log.
NUMBERED = {
    "application_id": "application_id", "entry_id": "entry_id", "entry_version": "entry_version",
    "content_sha256": "content_sha256",
}  # fmt: skip
ROW_WORDS = {
    "missing": "発行の行がありません",
    "unlogged": "操作記録にない発行があります",
    "number": "発行番号がちがいます",
    "state": "状態が、操作記録の最後の状態とちがいます",
    "content": "発行の内容が、採番のときとちがいます",
    "sheet": "証明書のハッシュが、引き渡しのときとちがいます",
    "raster": "印刷した画のハッシュがちがいます",
    "evidence": "印刷の証拠が書き換えられています",
    "attempts": "印刷の試みの行が足りないか、余分です",
    "application": "申請の行がありません",
    "applicant": "申請者の行がありません",
    "fee_rate": "手数料の設定が、操作記録とちがいます",
    "payment": "お支払いの内容が、請求のときとちがいます",
    "payment_state": "お支払いの状態が、操作記録の最後の状態とちがいます",
    "payment_rows": "お金の動きの行が、操作記録とちがいます",
    "payment_missing": "お支払いの行がありません",
    "payment_unlogged": "操作記録にないお支払いがあります",
    "payment_link": "発行とお支払いの結びつきがちがいます",
    "money": "手数料が、発行の状態と合っていません",
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """``code`` is a key of the words; ``which`` a number or an identifier, never personal."""

    code: str
    which: str

    @property
    def words(self) -> str:
        return f"{self.which}: {ROW_WORDS[self.code]}"


@dataclass(slots=True)
class _Told:
    """What the log tells of one issue."""

    numbered: dict[str, Any]
    state: str = IssueState.NUMBERED.value
    pdf_sha256: str | None = None
    raster_sha256: list[str] | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0


def _tell(told: _Told, event: str, data: dict[str, Any]) -> None:
    told.state = data.get("new_state", told.state)
    told.pdf_sha256 = data.get("pdf_sha256", told.pdf_sha256)
    if event == EventCode.ISSUE_SPOOLED:
        told.raster_sha256 = data.get("raster_sha256")
        told.attempts += 1
    if "bytes_total" in data:
        told.evidence = {key: data[key] for key in EVIDENCE if key in data}


def _issues_told(session: Session) -> dict[str, _Told]:
    rows = select(OperationLog.event, OperationLog.subject, OperationLog.canonical).where(
        OperationLog.event.like("issue.%")
    )
    told: dict[str, _Told] = {}
    for event, subject, canonical in session.execute(rows.order_by(OperationLog.seq)):
        data: dict[str, Any] = json.loads(canonical)["data"]
        if event == EventCode.ISSUE_NUMBERED:
            told[str(subject)] = _Told(data)
        elif subject in told and event != EventCode.ISSUE_DECIDED:
            _tell(told[subject], event, data)
    return told


def _issue_faults(issue: Issue, told: _Told) -> Iterator[str]:
    if sheets.number_of(issue) != told.numbered.get("number"):
        yield "number"
    if issue.state != told.state:
        yield "state"
    if any(getattr(issue, column) != told.numbered.get(key) for key, column in NUMBERED.items()):
        yield "content"
    if issue.pdf_sha256 != told.pdf_sha256:
        yield "sheet"
    if (issue.raster_sha256 or None) != (told.raster_sha256 or None):
        yield "raster"
    if (issue.evidence or {}) != told.evidence:
        yield "evidence"


def _check_issues(session: Session) -> RowFault | None:
    told = _issues_told(session)
    spooled: dict[str, int] = {}
    attempts = select(PrintAttempt.issue_id).where(PrintAttempt.what == "spooled")
    for issue_id in session.scalars(attempts):
        spooled[issue_id] = spooled.get(issue_id, 0) + 1
    query = select(Issue).order_by(Issue.fiscal_year, Issue.serial)
    for issue in session.scalars(query).all():
        known = told.pop(issue.id, None)
        if known is None:
            return RowFault("unlogged", sheets.number_of(issue))
        for code in _issue_faults(issue, known):
            return RowFault(code, sheets.number_of(issue))
        if spooled.get(issue.id, 0) != known.attempts:
            return RowFault("attempts", sheets.number_of(issue))
    for known in told.values():
        return RowFault("missing", str(known.numbered.get("number")))
    return None


def _check_applications(session: Session) -> RowFault | None:
    """Every application of the log is there, and so are its applicant's encrypted items."""
    rows = select(OperationLog.subject).where(
        OperationLog.event == EventCode.APPLICATION_CREATED.value
    )
    applications = set(session.scalars(select(ApplicationRow.id)))
    applicants = set(session.scalars(select(ApplicantRow.application_id)))
    for subject in session.scalars(rows):
        if subject not in applications:
            return RowFault("application", str(subject))
        if subject not in applicants:
            return RowFault("applicant", str(subject))
    return None


def audit(session: Session) -> RowFault | None:
    """The first row that is not what the operation log says, or None. Reads; changes nothing.

    Meaningful only after ``operation_log.verify`` has found the chain whole.
    """
    return _check_issues(session) or _check_applications(session) or _check_payments(session)


def _check_payments(session: Session) -> RowFault | None:
    found = payment_audit.first_fault(session)
    return RowFault(*found) if found else None

"""照合: a sheet in somebody's hand, held against the print log by its number or its QR code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from admin.db.issue_tables import ApplicationRow, Issue
from admin.services import applications
from admin.services.print_log import history, issue_numbered, read_number
from admin.services.qr_keys import PublicKey, by_key_id
from admin.services.sheets import number_of
from kiosk.certificate.signed_code import (
    CONTENT_BYTES,
    PREFIX,
    Claims,
    SignedCode,
    read_code,
    verified,
)
from kiosk.domain.application_number import application_number
from kiosk.domain.eras import fiscal_year
from kiosk.domain.events import EventCode
from kiosk.domain.issuance import OPEN_STATES, IssueNumber, IssueState
from kiosk.domain.ledger import LedgerEntry

#: Longer than any code of ours.
MAX_TYPED = 1000


class Standing(StrEnum):
    """What the print log says of a number."""

    ISSUED = "issued"
    VOIDED = "voided"
    UNDECIDED = "undecided"  # staff have still to say whether the sheet came out
    UNDER_WAY = "under_way"
    NO_SHEET = "no_sheet"  # 欠番
    NO_SUCH_NUMBER = "no_such_number"


class Verdict(StrEnum):
    """What a QR code is worth, before and beside what the log says of its number."""

    GENUINE = "genuine"
    REPLACED_KEY = "replaced_key"  # as the log has it, but by a key that signs no more
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"
    DIFFERS = "differs"  # our signature, and yet not what the log says


@dataclass(frozen=True, slots=True)
class Answer:
    """``number``, ``claims``: as far as they could be read; claims of a forgery are not kept."""

    standing: Standing | None
    number: str = ""
    issue_id: str = ""
    issued_on: date | None = None
    page_count: int | None = None
    verdict: Verdict | None = None
    claims: Claims | None = None


def look_up(session: Session, keys: Sequence[PublicKey], typed: str) -> Answer | None:
    """What is known of a number or a code; None when the text is neither."""
    text = typed.strip()
    if len(text) > MAX_TYPED:
        return None
    if text.upper().startswith(PREFIX):
        return _code(session, keys, text)
    number = read_number(text)
    return None if number is None else _numbered(session, number)[0]


@dataclass(frozen=True, slots=True)
class FoundApplication:
    """What an application came to: ``opened`` are the entries it looked at (id and 台帳番号),
    ``issues`` what was numbered for it. Nothing of the person."""

    application_id: str
    user_id: str
    terminal: str
    at: datetime
    opened: tuple[tuple[int, str], ...]
    issues: tuple[tuple[str, str, IssueState], ...]  # id, number, state

    @property
    def number(self) -> str:
        return application_number(self.application_id)


def find_applications(
    session: Session, load_entry: Callable[[Session, int], LedgerEntry | None], typed: str
) -> tuple[FoundApplication, ...]:
    """Those with this 利用者ID or 申請番号, as a 控え or a slip for the counter says it."""
    if len(typed) > MAX_TYPED:
        return ()
    rows = session.scalars(
        select(ApplicationRow).where(applications.named_so(typed)).order_by(ApplicationRow.at)
    )
    return tuple(_application(session, load_entry, row) for row in rows)


def _application(
    session: Session, load_entry: Callable[[Session, int], LedgerEntry | None], row: ApplicationRow
) -> FoundApplication:
    seen = dict.fromkeys(
        int(said.data["entry_id"])
        for said in history(session, row.id)
        if said.event == EventCode.ENTRY_OPENED
    )
    entries = {entry_id: load_entry(session, entry_id) for entry_id in seen}
    issues = session.scalars(
        select(Issue)
        .where(Issue.application_id == row.id)
        .options(defer(Issue.sheet))
        .order_by(Issue.fiscal_year, Issue.serial)
    )
    return FoundApplication(
        row.id, row.user_id, row.terminal, row.at,
        tuple((entry_id, one.ledger_no if one else "") for entry_id, one in entries.items()),
        tuple((one.id, number_of(one), IssueState(one.state)) for one in issues),
    )  # fmt: skip


def _numbered(session: Session, number: IssueNumber) -> tuple[Answer, Issue | None]:
    issue = issue_numbered(session, number)
    if issue is None:
        return Answer(Standing.NO_SUCH_NUMBER, str(number)), None
    answer = Answer(
        _standing(IssueState(issue.state)), str(number), issue.id, issue.issued_on,
        issue.page_count,
    )  # fmt: skip
    return answer, issue


def _standing(state: IssueState) -> Standing:
    if state in OPEN_STATES:
        return Standing.UNDER_WAY
    return {
        IssueState.PRINTED: Standing.ISSUED,
        IssueState.VOIDED: Standing.VOIDED,
        IssueState.UNKNOWN: Standing.UNDECIDED,
        IssueState.FAILED: Standing.NO_SHEET,
    }[state]


def _code(session: Session, keys: Sequence[PublicKey], text: str) -> Answer:
    try:
        code = read_code(text)
        number = IssueNumber.parse(code.claims.number)
    except ValueError:
        return Answer(None, verdict=Verdict.MALFORMED)
    fault = _unsigned(keys, code)
    if fault is not None:
        return Answer(None, verdict=fault)
    answer, issue = _numbered(session, number)
    replaced = not by_key_id(list(keys))[code.key_id].signs
    verdict = Verdict.REPLACED_KEY if replaced else Verdict.GENUINE
    if issue is None or not _as_recorded(code.claims, issue):
        verdict = Verdict.DIFFERS
    return Answer(
        answer.standing, answer.number, answer.issue_id, answer.issued_on, answer.page_count,
        verdict, code.claims,
    )  # fmt: skip


def _unsigned(keys: Sequence[PublicKey], code: SignedCode) -> Verdict | None:
    """Why the code is not signed by the section; a key signs in its fiscal year only."""
    key = by_key_id(list(keys)).get(code.key_id)
    if key is None:
        return Verdict.UNKNOWN_KEY
    if not verified(code, {key.key_id: key.public}):
        return Verdict.FORGED
    return None if fiscal_year(code.claims.issued_on) == key.fiscal_year else Verdict.FORGED


def _as_recorded(claims: Claims, issue: Issue) -> bool:
    content = bytes.fromhex(issue.content_sha256)[:CONTENT_BYTES]
    said = (claims.issued_on, claims.content, claims.form_id)
    return said == (issue.issued_on, content, issue.form_id)

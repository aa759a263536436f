"""The sheet that the server drew and released: kept encrypted, shown again, drawn again."""

from __future__ import annotations

import hashlib
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from admin.db.issue_tables import ApplicationRow, Issue
from admin.services.context import Services
from admin.services.field_cipher import KeyRing
from kiosk.domain.certificate import CertificateContent, DrawRefusal, Stamp
from kiosk.domain.issuance import IssueNumber
from kiosk.domain.ledger import Category


class Redrawn(StrEnum):
    """What drawing a stored sheet again says."""

    SAME = "same"
    DIFFERENT = "different"
    OTHER_VERSION = "other_version"  # form, fonts or renderer are no longer those of the sheet
    ENTRY_CHANGED = "entry_changed"  # the ledger has a newer version of the entry
    NEVER_RELEASED = "never_released"


def number_of(issue: Issue) -> str:
    return str(IssueNumber(issue.fiscal_year, issue.serial))


def place(issue_id: str) -> tuple[str, str, str]:
    """Where the sheet's ciphertext belongs."""
    return ("issue", "sheet", issue_id)


def stored_sheet(keys: KeyRing, issue: Issue) -> bytes | None:
    """The PDF as released, or None. Raises CipherError; checks its hash against the row."""
    if issue.sheet is None:
        return None
    pdf = keys.open(place(issue.id), issue.sheet)
    if hashlib.sha256(pdf).hexdigest() != issue.pdf_sha256:
        raise ValueError("the stored sheet is not the one that was released")
    return pdf


def _code(services: Services, content: CertificateContent, number: str, day: date) -> str:
    """The code again, the same unless the key was replaced; empty if it cannot be signed."""
    try:
        return services.code(content, number, day)
    except (OSError, ValueError):
        return ""


def redraw(services: Services, session: Session, issue: Issue) -> Redrawn:
    """Draw the sheet again from the ledger and compare its hash with the row's."""
    if issue.pdf_sha256 is None or issue.issued_on is None:
        return Redrawn.NEVER_RELEASED
    entry = services.load_entry(session, issue.entry_id)
    kind = Category.BUILDING if entry is None else entry.category
    if services.sheets.form_for(kind).sha256 != issue.form_sha256:
        return Redrawn.OTHER_VERSION
    if entry is None or entry.version != issue.entry_version:
        return Redrawn.ENTRY_CHANGED
    content = services.sheets.content(entry)
    if isinstance(content, DrawRefusal) or content.content_sha256() != issue.content_sha256:
        return Redrawn.DIFFERENT
    user_id = session.get_one(ApplicationRow, issue.application_id).user_id
    number = number_of(issue)
    stamp = Stamp(
        issue_id=issue.id,
        number=number,
        issued_on=issue.issued_on,
        user_id=user_id,
        terminal=issue.terminal,
        seal_png=services.seal(issue.issued_on, content),
        code=_code(services, content, number, issue.issued_on),
    )
    drawn = services.sheets.draw(content, stamp)
    if isinstance(drawn, DrawRefusal) or drawn.pdf_sha256 != issue.pdf_sha256:
        return Redrawn.DIFFERENT
    return Redrawn.SAME

"""Applications (申請): the server gives each one its user ID and keeps the applicant encrypted."""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
import uuid

from sqlalchemy import ColumnElement, false, insert, or_, select
from sqlalchemy.orm import Session

from admin.db.issue_tables import ApplicantRow, ApplicationRow, FoundEntry
from admin.services import operation_log
from admin.services.context import Services
from admin.services.field_cipher import KeyRing
from kiosk.domain.applicant import Applicant, ApplicantKind
from kiosk.domain.application_number import ids_begin
from kiosk.domain.events import EventCode
from kiosk.domain.ports import Application

#: Crockford's base 32: no I, L, O, U, so that a number can be read out at a counter.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FOUND = insert(FoundEntry.metadata.tables[FoundEntry.__tablename__])
_FIELDS = ("corporation_name", "name", "postal_code", "address", "phone")


def new_user_id() -> str:
    """``U-7K2M-9QX4``: 40 random bits minus one letter of check (sum modulo 32)."""
    body = [secrets.randbelow(32) for _ in range(7)]
    check = sum((place + 1) * value for place, value in enumerate(body)) % 32
    text = "".join(_LETTERS[value] for value in (*body, check))
    return f"U-{text[:4]}-{text[4:]}"


def is_user_id(text: str) -> bool:
    """Whether ``text`` can be a user ID: shape and check letter."""
    letters = text.upper().removeprefix("U").replace("-", "")
    if len(letters) != 8 or any(letter not in _LETTERS for letter in letters):
        return False
    values = [_LETTERS.index(letter) for letter in letters]
    return sum((place + 1) * value for place, value in enumerate(values[:7])) % 32 == values[7]


def names_one(typed: str) -> bool:
    """Whether the text has the shape of a user ID or of an application's number."""
    flat = "".join(unicodedata.normalize("NFKC", typed[:100]).split())
    return is_user_id(flat) or ids_begin(flat) is not None


def named_so(typed: str) -> ColumnElement[bool]:
    """Applications with this user ID (any case, with or without U and dashes) or number."""
    letters = "".join(unicodedata.normalize("NFKC", typed).split()).upper()
    if is_user_id(letters):
        body = letters.removeprefix("U").replace("-", "")
        return ApplicationRow.user_id == f"U-{body[:4]}-{body[4:]}"
    begin = ids_begin(typed)
    if begin is None:
        # Control characters and half characters are in no ID; PostgreSQL refuses to be asked.
        return ApplicationRow.user_id == letters if letters.isprintable() else false()
    return ApplicationRow.id.startswith(begin, autoescape=True)


def _sealed(keys: KeyRing, application_id: str, applicant: Applicant, salt: bytes) -> ApplicantRow:
    def seal(column: str, text: str) -> bytes:
        return keys.seal(("applicant", column, application_id), text.encode("utf-8"))

    corporation = applicant.corporation_name
    return ApplicantRow(
        application_id=application_id,
        kind=seal("kind", applicant.kind.value),
        corporation_name=seal("corporation_name", corporation) if corporation else None,
        name=seal("name", applicant.name),
        postal_code=seal("postal_code", applicant.postal_code),
        address=seal("address", applicant.address),
        phone=seal("phone", applicant.phone),
        name_index=keys.blind_index(applicant.name),
        corporation_index=keys.blind_index(corporation) if corporation else None,
        salt=salt,
    )


def _salted_digest(applicant: Applicant, salt: bytes) -> str:
    words = [applicant.kind.value, *(getattr(applicant, name) or "" for name in _FIELDS)]
    return hashlib.sha256(salt + json.dumps(words, ensure_ascii=False).encode("utf-8")).hexdigest()


def create_application(
    services: Services, terminal: str, visit: str, applicant: Applicant
) -> Application:
    """One application, its applicant and its log row, in one transaction."""
    application_id, salt = str(uuid.uuid4()), secrets.token_bytes(16)
    now = services.now()
    with services.database.write() as session:
        user_id = new_user_id()
        while session.scalar(select(ApplicationRow.id).where(ApplicationRow.user_id == user_id)):
            user_id = new_user_id()
        session.add(
            ApplicationRow(
                id=application_id, user_id=user_id, terminal=terminal, visit=visit, at=now
            )
        )
        session.flush()
        session.add(_sealed(services.keys, application_id, applicant, salt))
        operation_log.append(
            session,
            EventCode.APPLICATION_CREATED,
            operation_log.terminal_actor(terminal),
            at=now,
            subject=application_id,
            data={
                "user_id": user_id,
                "visit": visit,
                "kind": applicant.kind.value,
                "salted_sha256": _salted_digest(applicant, salt),
            },
        )
    return Application(application_id, user_id)


def application_of(session: Session, application_id: str, terminal: str) -> ApplicationRow | None:
    """The application if it is this terminal's, else None."""
    row = session.get(ApplicationRow, application_id)
    return row if row is not None and row.terminal == terminal else None


def applicant_of(session: Session, keys: KeyRing, application_id: str) -> Applicant | None:
    """Decrypt an applicant. Raises CipherError. The caller logs that a person was viewed."""
    row = session.get(ApplicantRow, application_id)
    if row is None:
        return None

    def open_(column: str, value: bytes) -> str:
        return keys.open(("applicant", column, application_id), value).decode("utf-8")

    corporation = row.corporation_name
    return Applicant(
        kind=ApplicantKind(open_("kind", row.kind)),
        corporation_name=open_("corporation_name", corporation) if corporation else None,
        name=open_("name", row.name),
        postal_code=open_("postal_code", row.postal_code),
        address=open_("address", row.address),
        phone=open_("phone", row.phone),
    )


def applications_named(session: Session, keys: KeyRing, name: str) -> list[str]:
    """Ids of the applications whose 氏名 or 法人名 is exactly this (folded)."""
    index = keys.blind_index(name)
    found = select(ApplicantRow.application_id).where(
        or_(ApplicantRow.name_index == index, ApplicantRow.corporation_index == index)
    )
    return list(session.scalars(found))


def remember_found(session: Session, application_id: str, entry_ids: list[int]) -> None:
    """Note which entries a search of this application has shown."""
    shown = list(dict.fromkeys(entry_ids))
    if not shown:
        return
    # Only these are asked for: somebody who searches for long has been shown very many.
    noted = select(FoundEntry.entry_id).where(
        FoundEntry.application_id == application_id, FoundEntry.entry_id.in_(shown)
    )
    known = set(session.scalars(noted))
    new = [{"application_id": application_id, "entry_id": one} for one in shown if one not in known]
    if new:
        session.execute(_FOUND, new)


def was_found(session: Session, application_id: str, entry_id: int) -> bool:
    return session.get(FoundEntry, (application_id, entry_id)) is not None

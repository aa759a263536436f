"""Staff's IC cards: registered and stopped by the 統括管理者, and what opens a terminal with one.

An IDm is kept as a keyed hash only. A PIV card is known by its public key; what it signs is a
challenge bound to one terminal, good once and for a minute (NIST SP 800-73-4 part 2 section 3.2.4).
A card is good as long as its person's authority is (運用規程 第6条第2項).
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
import uuid
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from admin.db.card_tables import CardChallenge, StaffCard
from admin.db.staff_tables import SignInFailure, StaffAccount
from admin.services import accounts, operation_log
from admin.services.accounts import AccountRefusal
from admin.services.field_cipher import KeyRing
from kiosk.domain.card import (
    IDM_BYTES,
    NONCE_BYTES,
    CardProof,
    FelicaProof,
    PivProof,
    SignInMethod,
    opening_message,
)
from kiosk.domain.events import EventCode
from kiosk.ledger_client.signing import card_key_is_known, card_signature_is_good

#: From the challenge to the signature: one APDU of a card, and the way there and back.
CHALLENGE_AGE = timedelta(seconds=60)
#: A pasted certificate is a few kilobytes.
MAX_PEM = 16_000
_FELICA, _PIV = SignInMethod.FELICA.value, SignInMethod.PIV.value


def _index(keys: KeyRing, kind: str, value: str) -> bytes:
    return keys.blind_index(f"card|{kind}|{value}")


def mark(card: StaffCard) -> str:
    """A short name of a card for staff and the log: it tells cards apart and nothing else."""
    return card.card_index.hex()[:8]


# --- registering and stopping -------------------------------------------------------------------


def register_felica(
    session: Session, keys: KeyRing, staff_id: str, typed: str, actor: operation_log.Actor,
    now: datetime,
) -> StaffCard | AccountRefusal:  # fmt: skip
    """``typed`` is the IDm: 16 hexadecimal digits, in groups or not."""
    idm = re.sub(r"[\s:-]", "", unicodedata.normalize("NFKC", typed)).lower()
    if not re.fullmatch(f"[0-9a-f]{{{2 * IDM_BYTES}}}", idm) or not idm.strip("0"):
        return AccountRefusal("idm_shape")
    made = StaffCard(kind=_FELICA, card_index=_index(keys, _FELICA, idm))
    return _register(session, staff_id, made, actor, now)


def register_piv(
    session: Session, keys: KeyRing, staff_id: str, pem: str, actor: operation_log.Actor,
    now: datetime,
) -> StaffCard | AccountRefusal:  # fmt: skip
    """``pem`` is the certificate of slot 9A (9E where a card has no other), or its public key."""
    read = _read_pem(pem)
    if read is None:
        return AccountRefusal("card_pem")
    public_key, not_after = read
    if not card_key_is_known(public_key):
        return AccountRefusal("card_key_kind")
    if not_after is not None and not_after <= now:
        return AccountRefusal("card_over")
    digest = hashlib.sha256(public_key).hexdigest()
    made = StaffCard(
        kind=_PIV, card_index=_index(keys, _PIV, digest), public_key=public_key,
        key_not_after=not_after,
    )  # fmt: skip
    return _register(session, staff_id, made, actor, now)


def _read_pem(pem: str) -> tuple[bytes, datetime | None] | None:
    """SubjectPublicKeyInfo and the certificate's end; None when it is neither of the two."""
    text = pem.strip().encode("ascii", "replace")
    if len(text) > MAX_PEM:
        return None
    try:
        if b"BEGIN CERTIFICATE-" in text:
            certificate = x509.load_pem_x509_certificate(text)
            return _spki(certificate.public_key()), certificate.not_valid_after_utc
        return _spki(load_pem_public_key(text)), None
    except (ValueError, UnsupportedAlgorithm):
        return None


def _spki(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _register(
    session: Session, staff_id: str, card: StaffCard, actor: operation_log.Actor, now: datetime
) -> StaffCard | AccountRefusal:
    operation_log.lock(session)  # the same card for two people at one moment
    account = session.get(StaffAccount, staff_id)
    if account is None or account.disabled_at is not None:
        return AccountRefusal("unknown_account")
    if _live_card(session, card.card_index) is not None:
        return AccountRefusal("card_taken")
    card.id, card.staff_id = str(uuid.uuid4()), staff_id
    card.registered_at, card.registered_by = now, actor.who
    session.add(card)
    session.flush()
    _log(session, EventCode.CARD_REGISTERED, card, actor, now)
    return card


def revoke(
    session: Session, staff_id: str, card_id: str, actor: operation_log.Actor, now: datetime
) -> AccountRefusal | None:
    """Stop a card for good. A card that is found again is registered again."""
    operation_log.lock(session)
    card = session.get(StaffCard, card_id)
    if card is None or card.staff_id != staff_id or card.revoked_at is not None:
        return AccountRefusal("unknown_card")
    card.revoked_at, card.revoked_by = now, actor.who
    _log(session, EventCode.CARD_REVOKED, card, actor, now)
    return None


def _log(
    session: Session, event: EventCode, card: StaffCard, actor: operation_log.Actor, now: datetime
) -> None:
    data = {"account": card.staff_id, "kind": card.kind, "digest": mark(card)}
    operation_log.append(session, event, actor, at=now, subject=card.staff_id, data=data)


def cards_of(session: Session, staff_id: str) -> list[StaffCard]:
    query = select(StaffCard).where(StaffCard.staff_id == staff_id)
    return list(session.scalars(query.order_by(StaffCard.registered_at, StaffCard.id)))


def _live_card(session: Session, card_index: bytes) -> StaffCard | None:
    query = select(StaffCard).where(
        StaffCard.card_index == card_index, StaffCard.revoked_at.is_(None)
    )
    return session.scalar(query)


def is_over(card: StaffCard, now: datetime) -> bool:
    """Its certificate has ended."""
    return card.key_not_after is not None and card.key_not_after <= now


# --- opening a terminal -------------------------------------------------------------------------


def challenge(session: Session, terminal: str, now: datetime) -> bytes:
    """A fresh nonce for this terminal; the one before it is good no more."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    operation_log.lock(session)  # two askings at one moment would both insert
    row = session.get(CardChallenge, terminal)
    if row is None:
        row = CardChallenge(terminal=terminal)
        session.add(row)
    row.nonce_sha256, row.issued_at = hashlib.sha256(nonce).hexdigest(), now
    return nonce


def _take_challenge(session: Session, terminal: str, nonce: bytes, now: datetime) -> bool:
    """Use a nonce up; False when it is not this terminal's live one."""
    operation_log.lock(session)
    row = session.get(CardChallenge, terminal)
    if row is None or row.nonce_sha256 != hashlib.sha256(nonce).hexdigest():
        return False
    session.delete(row)
    session.flush()
    return row.issued_at - operation_log.CLOCK_BACK <= now < row.issued_at + CHALLENGE_AGE


def check_card(
    session: Session, keys: KeyRing, proof: CardProof, now: datetime, terminal: str
) -> StaffAccount | AccountRefusal:
    """Who opens ``terminal`` with this card. Call inside a write transaction.

    A refusal never tells whether the card is registered: an unknown one is slow and locks alike.
    """
    if isinstance(proof, FelicaProof):
        return _check_felica(session, keys, proof, now, terminal)
    return _check_piv(session, keys, proof, now, terminal)


def _check_felica(
    session: Session, keys: KeyRing, proof: FelicaProof, now: datetime, terminal: str
) -> StaffAccount | AccountRefusal:
    index = _index(keys, _FELICA, proof.idm.hex())
    card = _live_card(session, index)
    account = session.get(StaffAccount, card.staff_id) if card else None
    staff_id = account.staff_id if account else ""
    # A known card's wrong PINs are its person's, by whichever way they were typed.
    _forget_strangers(session, now)
    shown = f"pin:{staff_id}" if account else f"card:{index.hex()}"

    def right() -> StaffAccount | None:
        return account if accounts.pin_is_right(account, proof.pin) else None

    subjects = [shown, f"reader:{terminal}"]
    return accounts.check_opening(session, staff_id, subjects, right, now, terminal)


def _check_piv(
    session: Session, keys: KeyRing, proof: PivProof, now: datetime, terminal: str
) -> StaffAccount | AccountRefusal:
    fresh = _take_challenge(session, terminal, proof.nonce, now)
    card = _live_card(session, _index(keys, _PIV, proof.key_sha256))
    account = session.get(StaffAccount, card.staff_id) if card else None

    def right() -> StaffAccount | None:
        if not fresh or card is None or card.public_key is None or is_over(card, now):
            return None
        message = opening_message(terminal, proof.nonce)
        good = card_signature_is_good(card.public_key, message, proof.signature)
        return account if good else None

    staff_id = account.staff_id if account else ""
    return accounts.check_opening(
        session, staff_id, [f"reader:{terminal}"], right, now, terminal
    )  # fmt: skip


def _forget_strangers(session: Session, now: datetime) -> None:
    """Counts of cards that nobody has are dropped when they count no more."""
    old = now - accounts.FAILURE_WINDOW - accounts.LOCK
    session.execute(
        delete(SignInFailure).where(
            SignInFailure.subject.startswith("card:"), SignInFailure.first_at < old
        )
    )

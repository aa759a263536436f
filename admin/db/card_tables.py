"""Staff's IC cards and the challenge that is out for each terminal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from admin.db.base import Base, UtcDateTime

LIVE = "revoked_at IS NULL"


class StaffCard(Base):
    """One card of one person. ``card_index`` is keyed: neither IDm nor key is found by guessing.

    ``public_key`` is a PIV card's SubjectPublicKeyInfo, ``key_not_after`` its certificate's end.
    A card's end is ``revoked_at``, not a deletion; a card belongs to one person at a time.
    """

    __tablename__ = "staff_card"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'felica' AND public_key IS NULL) OR (kind = 'piv' AND public_key IS NOT NULL)",
            name="kind",
        ),
        Index(
            "uq_staff_card_live", "card_index", unique=True,
            sqlite_where=text(LIVE), postgresql_where=text(LIVE),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_account.staff_id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    card_index: Mapped[bytes] = mapped_column(LargeBinary(32))
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_not_after: Mapped[datetime | None] = mapped_column(UtcDateTime)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    registered_by: Mapped[str] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(64))


class CardChallenge(Base):
    """The one challenge that a terminal may answer. Answering or asking anew ends it."""

    __tablename__ = "card_challenge"

    terminal: Mapped[str] = mapped_column(ForeignKey("terminal.id"), primary_key=True)
    nonce_sha256: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)

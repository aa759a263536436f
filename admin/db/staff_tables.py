"""Staff accounts, their sessions in the browser, and failed attempts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from admin.db.base import Base, UtcDateTime


class StaffAccount(Base):
    """One person. The ID is never used again; leaving is ``disabled_at``, not a deletion."""

    __tablename__ = "staff_account"
    __table_args__ = (
        CheckConstraint(
            "role IN ('general_manager', 'operations_manager', 'workplace_manager', "
            "'system_leader', 'user')",
            name="role",
        ),
    )

    staff_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(24))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    must_change: Mapped[bool] = mapped_column(Boolean)
    pin_hash: Mapped[str | None] = mapped_column(String(200))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(64))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sign_in: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffSession(Base):
    """One signed-in browser. Only the token's hash is kept; deleting the row signs out."""

    __tablename__ = "staff_session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff_account.staff_id"), index=True)
    form_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInFailure(Base):
    """Failures counted per thing tried: ``password:<id>``, ``pin:<id>`` or ``address:<ip>``."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[str] = mapped_column(String(100), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

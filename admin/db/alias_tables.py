"""Former names of towns, kept by staff. Search data, changed at will; the log says who did."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from admin.db.base import Base, UtcDateTime


class TownAlias(Base):
    """``old_name`` was what is now ``base``, or ``chome`` of it. Days are None where unknown."""

    __tablename__ = "town_alias"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    old_name: Mapped[str] = mapped_column(String(80))
    old_key: Mapped[str] = mapped_column(String(40))  # folded
    base: Mapped[str] = mapped_column(String(20))
    chome: Mapped[int | None] = mapped_column(Integer)
    used_from: Mapped[date | None] = mapped_column(Date)
    used_to: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(64))

"""Writing and checking the operation log: one hash chain, in the deed's own transaction.

Row n's canonical bytes are RFC 8785 JSON holding seq, instant, event, actor, subject, data and the
hash of row n-1; its hash is SHA-256(0x00 || bytes), the leaf hash of RFC 9162 section 2.1.1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc8785
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from admin.db.log_tables import LogHead, OperationLog
from kiosk.domain.events import ALLOWED_KEYS, EventCode

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

#: The hash before the first row.
GENESIS = bytes(32)
#: Rows fetched at a time when the chain is checked.
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: ``staff:<id>``, ``terminal:<id>`` or ``system:<what>``; never a name."""

    who: str
    terminal: str | None = None


def staff_actor(staff_id: str, terminal: str | None = None) -> Actor:
    return Actor(f"staff:{staff_id}", terminal)


def terminal_actor(terminal: str) -> Actor:
    return Actor(f"terminal:{terminal}", terminal)


def system_actor(what: str) -> Actor:
    return Actor(f"system:{what}")


def instant(at: datetime) -> str:
    """An instant as the log writes it: UTC, microseconds, ``Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def leaf_hash(canonical: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + canonical).digest()


def append(
    session: Session,
    event: EventCode,
    actor: Actor,
    *,
    at: datetime,
    subject: str | None = None,
    data: Mapping[str, Json] | None = None,
) -> int:
    """Append one row to the chain inside ``session``'s transaction; returns its seq.

    Raises:
        ValueError: a key of ``data`` is not in the catalogue's allow-list.
    """
    data = dict(data or {})
    strangers = set(data) - ALLOWED_KEYS
    if strangers:
        raise ValueError(f"not in the log's allow-list: {sorted(strangers)}")
    head = session.execute(
        update(LogHead)
        .where(LogHead.id == 1)
        .values(seq=LogHead.seq + 1, last_at=at)
        .returning(LogHead.seq, LogHead.hash)
    ).one()
    seq, previous = int(head.seq), bytes(head.hash)
    canonical = rfc8785.dumps(
        {
            "seq": seq,
            "at": instant(at),
            "event": event.value,
            "actor": actor.who,
            "terminal": actor.terminal,
            "subject": subject,
            "data": data,
            "prev": previous.hex(),
        }
    )
    digest = leaf_hash(canonical)
    session.add(
        OperationLog(
            seq=seq, at=at, event=event.value, actor=actor.who, terminal=actor.terminal,
            subject=subject, canonical=canonical, prev_hash=previous, hash=digest,
        )
    )  # fmt: skip
    session.flush()
    session.execute(update(LogHead).where(LogHead.id == 1).values(hash=digest))
    return seq


@dataclass(frozen=True, slots=True)
class ChainReport:
    """``rows`` checked; ``fault`` is None when the chain holds, else what broke and where."""

    rows: int
    head: str
    fault: str | None = None
    bad_seq: int | None = None


def _columns_agree(row: OperationLog) -> bool:
    said = json.loads(row.canonical)
    return bool(
        said["seq"] == row.seq
        and said["at"] == instant(row.at)
        and said["event"] == row.event
        and said["actor"] == row.actor
        and said["terminal"] == row.terminal
        and said["subject"] == row.subject
        and said["prev"] == row.prev_hash.hex()
    )


def verify(session: Session) -> ChainReport:
    """Walk the whole chain: numbering, links, hashes, columns against bytes, and the head."""
    head = session.get(LogHead, 1)
    if head is None:
        return ChainReport(0, "", "no head row", 0)
    previous, rows = GENESIS, 0
    while True:
        chunk = session.scalars(
            select(OperationLog)
            .where(OperationLog.seq > rows)
            .order_by(OperationLog.seq)
            .limit(CHUNK)
        ).all()
        if not chunk:
            break
        for row in chunk:
            rows += 1
            fault = None
            if row.seq != rows:
                return ChainReport(rows - 1, previous.hex(), "row missing", rows)
            if bytes(row.prev_hash) != previous:
                fault = "link broken"
            elif leaf_hash(row.canonical) != bytes(row.hash):
                fault = "bytes changed"
            elif not _columns_agree(row):
                fault = "columns differ from the hashed bytes"
            if fault:
                return ChainReport(rows, previous.hex(), fault, row.seq)
            previous = bytes(row.hash)
        session.expunge_all()
    if head.seq != rows or bytes(head.hash) != previous:
        return ChainReport(rows, previous.hex(), "head differs: newest rows are missing", rows)
    return ChainReport(rows, previous.hex())


def last_instant(session: Session) -> datetime | None:
    """When the log was last written, or None before its first row."""
    head = session.get(LogHead, 1)
    return head.last_at if head and head.seq else None

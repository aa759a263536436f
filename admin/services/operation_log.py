"""Writing and checking the operation log: one hash chain, in the deed's own transaction.

Row n's canonical bytes are RFC 8785 JSON holding seq, instant, event, actor, subject, data and the
hash of row n-1; its hash is SHA-256(0x00 || bytes), the leaf hash of RFC 9162 section 2.1.1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import rfc8785
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from admin.db.log_tables import LogHead, OperationLog
from kiosk.domain.events import ALLOWED_KEYS, EventCode

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]

#: The hash before the first row.
GENESIS = bytes(32)
#: Rows fetched at a time when the chain is checked.
CHUNK = 1000
#: The clock is not believed when it stands before the last believed instant by more than this ...
CLOCK_BACK = timedelta(minutes=2)
#: ... or after it by more than this, until staff open a terminal (``confirms_clock``).
CLOCK_AHEAD = timedelta(hours=24)

# Every deed runs these: made once, and without the object mapper, they take a third of the time.
_ROWS, _HEAD = OperationLog.metadata.tables["operation_log"], LogHead.metadata.tables["log_head"]
_LOCK = (
    update(_HEAD).where(_HEAD.c.id == 1).values(seq=_HEAD.c.seq)
    .returning(_HEAD.c.seq, _HEAD.c.last_at)
)  # fmt: skip
_NEXT = (
    update(_HEAD).where(_HEAD.c.id == 1).values(seq=_HEAD.c.seq + 1)
    .returning(_HEAD.c.seq, _HEAD.c.hash, _HEAD.c.last_at)
)  # fmt: skip
_ROW = insert(_ROWS)
_CLOSE = update(_HEAD).where(_HEAD.c.id == 1)


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


def believable(last: datetime | None, now: datetime) -> bool:
    """Whether ``now`` can be right, if the clock was last believed at ``last``."""
    return last is None or last - CLOCK_BACK <= now <= last + CLOCK_AHEAD


def lock(session: Session) -> datetime | None:
    """Take the head's lock; returns when the clock was last believed, None before the first row.

    Every deed that writes more than its log row takes it first: so deeds stand in one order, and
    two of them never wait for each other crosswise.
    """
    row = session.execute(_LOCK).one()
    return row.last_at if row.seq else None


def _believed(seq: int, last: datetime, at: datetime, confirms: bool) -> datetime:
    """The head's next instant: a row written by a clock that jumped does not make it right."""
    if seq == 1 or confirms:
        return at
    return max(last, at) if believable(last, at) else last


def append(
    session: Session,
    event: EventCode,
    actor: Actor,
    *,
    at: datetime,
    subject: str | None = None,
    data: Mapping[str, Json] | None = None,
    confirms_clock: bool = False,
) -> int:
    """Append one row to the chain inside ``session``'s transaction; returns its seq.

    ``confirms_clock``: staff are present and see the terminal's clock, so it is believed from here.

    Raises:
        ValueError: a key of ``data`` is not in the catalogue's allow-list.
    """
    data = dict(data or {})
    strangers = set(data) - ALLOWED_KEYS
    if strangers:
        raise ValueError(f"not in the log's allow-list: {sorted(strangers)}")
    session.flush()  # the deed's own rows first: what they may not do is refused here
    head = session.execute(_NEXT).one()
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
    row = {
        "seq": seq, "at": at, "event": event.value, "actor": actor.who,
        "terminal": actor.terminal, "subject": subject, "canonical": canonical,
        "prev_hash": previous, "hash": digest,
    }  # fmt: skip
    session.execute(_ROW, row)
    believed = _believed(seq, head.last_at, at, confirms_clock)
    session.execute(_CLOSE, {"hash": digest, "last_at": believed})
    return seq


#: Every fault that ``verify`` can find, in the section's words.
FAULT_WORDS = {
    "no head row": "先頭の印がありません",
    "a row before the first": "1 行目より前に行があります",
    "row unreadable": "行を読めません",
    "row missing": "行がありません",
    "bytes changed": "行の内容が書き換えられています",
    "link broken": "前の行とつながっていません",
    "columns differ from the hashed bytes": "行の列が、記録した内容とちがいます",
    "head differs from the newest row": "先頭の印が、いちばん新しい行とちがいます",
}


@dataclass(frozen=True, slots=True)
class ChainReport:
    """``rows`` checked; ``fault`` is None when the chain holds, else what broke and where."""

    rows: int
    head: str
    fault: str | None = None
    bad_seq: int | None = None

    @property
    def words(self) -> str:
        """What broke, for the section; empty when the chain holds."""
        return "" if self.fault is None else FAULT_WORDS[self.fault]


_COLUMNS = (
    OperationLog.seq, OperationLog.at, OperationLog.event, OperationLog.actor,
    OperationLog.terminal, OperationLog.subject, OperationLog.canonical, OperationLog.prev_hash,
    OperationLog.hash,
)  # fmt: skip


def _columns_agree(row: Row[*tuple[object, ...]]) -> bool:
    try:
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
    except (ValueError, TypeError, KeyError, AttributeError):
        return False  # bytes that are no row of ours, with a hash that was made to fit


def _row_fault(row: Row[*tuple[object, ...]], seq: int, previous: bytes) -> str | None:
    if row.seq != seq:
        return "row missing"
    if not all(isinstance(value, bytes) for value in (row.prev_hash, row.canonical, row.hash)):
        return "bytes changed"  # SQLite lets a hand put text where bytes were
    if bytes(row.prev_hash) != previous:
        return "link broken"
    if leaf_hash(row.canonical) != bytes(row.hash):
        return "bytes changed"
    return None if _columns_agree(row) else "columns differ from the hashed bytes"


def verify(session: Session) -> ChainReport:
    """Walk the whole chain: numbering, links, hashes, columns against bytes, and the head.

    Rows that others append meanwhile are beyond the head that was read first, and not looked at.
    """
    ends = session.execute(
        select(
            LogHead.seq, LogHead.hash,
            select(func.min(OperationLog.seq)).scalar_subquery().label("first"),
            select(func.max(OperationLog.seq)).scalar_subquery().label("newest"),
        ).where(LogHead.id == 1)
    ).one_or_none()  # fmt: skip
    if ends is None:
        return ChainReport(0, "", "no head row", 0)
    if ends.first is not None and ends.first < 1:
        return ChainReport(0, GENESIS.hex(), "a row before the first", ends.first)
    previous, rows = GENESIS, 0
    while rows < ends.seq:
        chunk = select(*_COLUMNS).where(OperationLog.seq > rows, OperationLog.seq <= ends.seq)
        try:
            found = session.execute(chunk.order_by(OperationLog.seq).limit(CHUNK)).all()
        except (ValueError, TypeError):  # a column that does not even read as its type
            return ChainReport(rows, previous.hex(), "row unreadable", rows + 1)
        for row in found:
            fault = _row_fault(row, rows + 1, previous)
            if fault:
                return ChainReport(rows, previous.hex(), fault, rows + 1)
            previous, rows = bytes(row.hash), rows + 1
        if not found:
            break
    if ends.seq != rows or (ends.newest or 0) != ends.seq or ends.hash != previous:
        return ChainReport(rows, previous.hex(), "head differs from the newest row", rows)
    return ChainReport(rows, previous.hex())


def last_instant(session: Session) -> datetime | None:
    """When the clock was last believed, or None before the first row."""
    head = session.get(LogHead, 1)
    return head.last_at if head and head.seq else None

"""The second part of a load: what was judged goes into the ledger, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from admin.db.change_tables import ChangeAuthority
from admin.db.ledger_tables import LedgerImport
from admin.ledger.index import is_stale, mark_fresh, tell_planner
from admin.ledger.judging import ImportReport, Judged, Progress
from admin.ledger.plan_changes import Original, change_of, tie
from admin.ledger.reindex import rebuild_rows
from admin.ledger.store import ENTRY, EntryWriter, known_entries, together
from admin.ledger.words import refusal
from admin.services import change_limits, operation_log
from kiosk.domain.events import EventCode
from kiosk.domain.ledger import NotCertifiable

#: Plan keys asked for at a time.
KEYS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Order:
    """Who loads what, and under which authority."""

    profile: str
    now: datetime
    actor: operation_log.Actor
    data_as_of: date
    work_id: str | None = None
    whole_ledger: bool = False  # entries that are not in the file are removed
    removed: tuple[int, ...] = ()  # entry ids: these are


class BeyondLimitsError(Exception):
    """The load did what its work ID is not for; the transaction must not be kept."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


def load(
    session: Session,
    report: ImportReport,
    judged: Judged,
    order: Order,
    progress: Progress | None,
) -> None:
    """Write what was judged. The caller's transaction makes it all or nothing.

    Raises:
        BeyondLimitsError: entries were touched that the work ID is not for.
    """
    if session.get_bind().dialect.name != "sqlite":  # one load at a time: ids are counted here
        session.execute(text("LOCK TABLE ledger_import IN EXCLUSIVE MODE"))
    import_id = (session.scalar(select(func.max(LedgerImport.id))) or 0) + 1
    newest_id = session.scalar(select(func.max(ENTRY.c.id))) or 0
    fresh = newest_id == 0
    if not fresh and is_stale(session):
        rebuild_rows(session)
    writer = EntryWriter(session, import_id, fresh=fresh, next_id=newest_id + 1)
    count(session, report, judged, whole_ledger=order.whole_ledger)
    session.add(_import_row(import_id, report, order))
    session.flush()
    total = report.created + report.changed + report.unchanged
    _write_entries(session, writer, judged, fresh, total, progress)
    if order.whole_ledger:
        for gone in missing(session, judged):
            judged.seen.touch(row.plan_key for row in gone if row.plan_key)
            writer.remove([row.id for row in gone])
    if order.removed:
        judged.seen.touch(plan_keys(session, order.removed))
        writer.remove(order.removed)
        report.removed = len(order.removed)
    if not fresh:
        _settle_changes(session, writer, judged.seen.touched())
    writer.finish()
    _keep_limits(session, order, import_id)
    mark_fresh(session)
    tell_planner(session)
    operation_log.append(
        session, EventCode.LEDGER_IMPORTED, order.actor, at=order.now, subject=str(import_id),
        data={"profile": order.profile, "encoding": report.encoding,
              "file_sha256": report.file_sha256, "rows": report.rows, "entries": report.created,
              "changed": report.changed, "refused": len(report.refused),
              **({"work_id": order.work_id} if order.work_id else {})},
    )  # fmt: skip


def plan_keys(session: Session, ids: Sequence[int]) -> set[str]:
    found = session.scalars(select(ENTRY.c.plan_key).where(ENTRY.c.id.in_(ids)))
    return {key for key in found if key}


def _keep_limits(session: Session, order: Order, import_id: int) -> None:
    authority = session.get(ChangeAuthority, order.work_id) if order.work_id else None
    passed = change_limits.beyond(session, authority, import_id) if authority else None
    if passed is not None:
        raise BeyondLimitsError(beyond_sentence(passed))


def beyond_sentence(passed: change_limits.Beyond) -> str:
    """What a load did, or would do, beyond the limits of its work ID."""
    if passed.count:
        return refusal("outside", named="、".join(passed.outside), count=passed.count)
    return refusal("too_many_changed", count=passed.changed)


def _import_row(import_id: int, report: ImportReport, order: Order) -> LedgerImport:
    return LedgerImport(
        id=import_id, at=order.now, actor=order.actor.who[:64], profile=order.profile[:64],
        encoding=report.encoding, file_sha256=report.file_sha256, rows=report.rows,
        created=report.created, changed=report.changed, unchanged=report.unchanged,
        removed=report.removed or len(order.removed), refused=len(report.refused),
        data_as_of=order.data_as_of, work_id=order.work_id,
    )  # fmt: skip


def count(
    session: Session,
    report: ImportReport,
    judged: Judged,
    *,
    whole_ledger: bool,
    tally: change_limits.Tally | None = None,
) -> None:
    """Put into ``report`` what the load will do; nothing is written. ``tally`` is told of each
    entry that it will touch."""
    report.created = report.changed = report.unchanged = report.removed = 0
    for batch in judged.spool.batches():
        known = known_entries(session, [one.values["ledger_no"] for one in batch])
        for one in batch:
            old = known.get(one.values["ledger_no"])
            same = old is not None and old.same(one)
            report.created += old is None
            report.unchanged += same
            report.changed += old is not None and not same
            if tally and not same:
                before = old.category if old else one.values["category"]
                tally.add(one.values["ledger_no"], one.values["category"], before)
    for gone in missing(session, judged) if whole_ledger else ():
        report.removed += len(gone)
        if tally:
            for row in gone:
                tally.add(row.ledger_no, row.category)


def missing(session: Session, judged: Judged) -> Iterator[list[Any]]:
    """Entries that the file does not name, in batches; a row that was refused names its entry."""
    c, last = ENTRY.c, 0
    while True:
        batch = session.execute(
            select(c.id, c.ledger_no, c.category, c.plan_key, c.not_certifiable)
            .where(c.id > last)
            .order_by(c.id)
            .limit(KEYS_AT_ONCE)
        ).all()
        if not batch:
            return
        last = batch[-1].id
        named = judged.seen.named([row.ledger_no for row in batch])
        gone = [
            row for row in batch
            if row.ledger_no not in named
            and row.not_certifiable != NotCertifiable.REMOVED.value
        ]  # fmt: skip
        if gone:
            yield gone


def _write_entries(
    session: Session,
    writer: EntryWriter,
    judged: Judged,
    fresh: bool,
    total: int,
    progress: Progress | None,
) -> None:
    """Insert and replace, and put down the plan keys whose ties may have changed."""
    seen = judged.seen
    seen.tie()
    done = 0
    for batch in judged.spool.batches():
        nos = [one.values["ledger_no"] for one in batch]
        known = {} if fresh else known_entries(session, nos)
        new, changed = [], []
        for one in batch:
            old = known.get(one.values["ledger_no"])
            if old is None:
                new.append((one, seen.tied(one.values["ledger_no"])))
            elif not old.same(one):
                changed.append((one, old))
            else:
                continue
            if not fresh:
                seen.touch(key for key in (one.values["plan_key"], old and old.plan_key) if key)
        writer.create(new)
        writer.change(changed)
        done += len(batch)
        if progress:
            progress(done, total, "write")


def _settle_changes(session: Session, writer: EntryWriter, keys: Iterator[list[str]]) -> None:
    """Tie changes anew, over file and ledger, for every plan key that the load touched."""
    c = ENTRY.c
    for some in keys:
        found = session.execute(
            select(
                c.id, c.ledger_no, c.plan_key, c.is_plan_change, c.confirmation_no,
                c.confirmation_date, c.confirmation_issuer, c.confirmation_earliest,
                c.confirmation_latest, c.dispositions, c.recorded_dispositions,
            )
            .where(
                c.plan_key.in_(some),
                or_(
                    c.not_certifiable.is_(None),
                    c.not_certifiable != NotCertifiable.REMOVED.value,
                ),
            )
            .order_by(c.id)
        ).mappings()  # fmt: skip
        groups: dict[str, list[Any]] = {}
        for row in found:
            groups.setdefault(row["plan_key"], []).append(row)
        for group in groups.values():
            originals = [row for row in group if not row["is_plan_change"]]
            tied = tie(
                [Original(row["ledger_no"], row["confirmation_earliest"]) for row in originals],
                [change_of(row) for row in group if row["is_plan_change"]],
            )
            for row in originals:
                wanted = together(row["recorded_dispositions"], tied.get(row["ledger_no"], []))
                if wanted != row["dispositions"]:
                    writer.set_dispositions(row["id"], wanted)

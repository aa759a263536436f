"""The second part of a load: what was judged goes into the ledger, inside one transaction."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from admin.db.ledger_tables import LedgerImport
from admin.ledger.index import is_stale, mark_fresh, tell_planner
from admin.ledger.judging import ImportReport, Judged, Progress
from admin.ledger.plan_changes import Original, change_of, tie
from admin.ledger.reindex import rebuild_rows
from admin.ledger.store import ENTRY, EntryWriter, known_entries
from admin.services import operation_log
from kiosk.domain.events import EventCode

#: Plan keys asked for at a time.
KEYS_AT_ONCE = 500


def load(
    session: Session,
    report: ImportReport,
    judged: Judged,
    profile: str,
    now: datetime,
    actor: operation_log.Actor,
    data_as_of: date,
    progress: Progress | None,
) -> None:
    if session.get_bind().dialect.name != "sqlite":  # one load at a time: ids are counted here
        session.execute(text("LOCK TABLE ledger_import IN EXCLUSIVE MODE"))
    import_id = (session.scalar(select(func.max(LedgerImport.id))) or 0) + 1
    newest_id = session.scalar(select(func.max(ENTRY.c.id))) or 0
    fresh = newest_id == 0
    if not fresh and is_stale(session):
        rebuild_rows(session)
    head = _import_row(import_id, report, profile, now, actor, data_as_of)
    writer = EntryWriter(session, import_id, fresh=fresh, next_id=newest_id + 1)
    plan = _count(session, judged, fresh=fresh)
    report.created, report.changed, report.unchanged = plan
    head.created, head.changed, head.unchanged = plan
    session.add(head)
    session.flush()
    touched = _write_entries(session, writer, judged, fresh, sum(plan), progress)
    if not fresh:
        _settle_changes(session, writer, touched)
    writer.finish()
    mark_fresh(session)
    tell_planner(session)
    operation_log.append(
        session, EventCode.LEDGER_IMPORTED, actor, at=now, subject=str(import_id),
        data={"profile": profile, "encoding": report.encoding, "file_sha256": report.file_sha256,
              "rows": report.rows, "entries": report.created, "changed": report.changed,
              "refused": len(report.refused)},
    )  # fmt: skip


def _import_row(
    import_id: int,
    report: ImportReport,
    profile: str,
    now: datetime,
    actor: operation_log.Actor,
    data_as_of: date,
) -> LedgerImport:
    return LedgerImport(
        id=import_id, at=now, actor=actor.who[:64], profile=profile[:64],
        encoding=report.encoding, file_sha256=report.file_sha256, rows=report.rows,
        created=0, changed=0, unchanged=0, refused=len(report.refused), data_as_of=data_as_of,
    )  # fmt: skip


def _count(session: Session, judged: Judged, *, fresh: bool) -> tuple[int, int, int]:
    """Entries that are new, changed, and the same. Asked before, as the load's row comes first."""
    created = changed = unchanged = 0
    for batch in judged.spool.batches():
        if fresh:
            created += len(batch)
            continue
        known = known_entries(session, [one.values["ledger_no"] for one in batch])
        for one in batch:
            old = known.get(one.values["ledger_no"])
            created += old is None
            same = old is not None and old.content_sha256 == one.values["content_sha256"]
            unchanged += same
            changed += old is not None and not same
    return created, changed, unchanged


def _tied(judged: Judged) -> dict[str, list[dict[str, Any]]]:
    """The file's own plan changes by the 台帳番号 of their confirmation."""
    originals: dict[str, list[Original]] = {}
    if not judged.changes:
        return {}
    for batch in judged.spool.batches():
        for one in batch:
            key = one.values["plan_key"]
            if key in judged.changes and not one.values["is_plan_change"]:
                originals.setdefault(key, []).append(
                    Original(one.values["ledger_no"], one.values["confirmation_earliest"])
                )
    tied: dict[str, list[dict[str, Any]]] = {}
    for key, found in originals.items():
        tied.update(tie(found, judged.changes[key]))
    return tied


def _write_entries(
    session: Session,
    writer: EntryWriter,
    judged: Judged,
    fresh: bool,
    total: int,
    progress: Progress | None,
) -> set[str]:
    """Insert and replace; gives the plan keys whose ties may have changed."""
    tied = _tied(judged)
    touched: set[str] = set()
    done = 0
    for batch in judged.spool.batches():
        nos = [one.values["ledger_no"] for one in batch]
        known = {} if fresh else known_entries(session, nos)
        new, changed = [], []
        for one in batch:
            old = known.get(one.values["ledger_no"])
            changes = tied.get(one.values["ledger_no"], [])
            if old is None:
                new.append((one, changes))
            elif old.content_sha256 != one.values["content_sha256"]:
                changed.append((one, old, old.dispositions))
            else:
                continue
            touched |= {key for key in (one.values["plan_key"], old and old.plan_key) if key}
        writer.create(new)
        writer.change(changed)
        done += len(batch)
        if progress:
            progress(done, total, "write")
    return touched


def _settle_changes(session: Session, writer: EntryWriter, keys: set[str]) -> None:
    """Tie changes anew, over file and ledger, for every plan key that the load touched."""
    ordered = sorted(keys)
    for at in range(0, len(ordered), KEYS_AT_ONCE):
        c = ENTRY.c
        found = session.execute(
            select(
                c.id, c.ledger_no, c.plan_key, c.is_plan_change, c.confirmation_no,
                c.confirmation_date, c.confirmation_issuer, c.confirmation_earliest,
                c.confirmation_latest, c.dispositions,
            )
            .where(c.plan_key.in_(ordered[at : at + KEYS_AT_ONCE]))
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
                wanted = tied.get(row["ledger_no"], [])
                if wanted != row["dispositions"]:
                    writer.set_dispositions(row["id"], wanted)

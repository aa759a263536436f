"""Rows for every table of every revision, as an office in use would have them; all invented."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import MetaData, Table, update

from admin.db.engine import Database

T0 = datetime(2026, 5, 11, 0, 30, tzinfo=UTC)
DAY = date(2026, 5, 11)
HASH = "ab" * 32
Rows = dict[str, list[dict[str, Any]]]

STATES = ("NUMBERED", "RELEASED", "SPOOLED", "PRINTED", "FAILED", "UNKNOWN", "VOIDED")
RECORDED = (
    "confirmation_no", "confirmation_date", "confirmation_issuer", "inspection_no",
    "inspection_date", "inspection_issuer", "owner", "lot", "residential_address", "main_use",
    "work_kind", "structure", "storeys_above", "storeys_below", "site_area", "building_area",
    "total_floor_area", "remarks",
)  # fmt: skip


def chain_rows(count: int) -> list[dict[str, Any]]:
    """A real chain, written here and not by the program: RFC 8785 JSON, RFC 9162 leaf hashes."""
    rows, previous = [], bytes(32)
    for seq in range(1, count + 1):
        at = T0 + timedelta(minutes=seq)
        said = {
            "actor": "terminal:terminal-1", "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "data": {"number": f"2026-{seq:06d}"}, "event": "issue.numbered",
            "prev": previous.hex(), "seq": seq, "subject": f"issue-{seq}",
            "terminal": "terminal-1",
        }  # fmt: skip
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(b"\x00" + canonical).digest()
        rows.append(
            {
                "seq": seq, "at": at, "event": said["event"], "actor": said["actor"],
                "terminal": "terminal-1", "subject": said["subject"], "canonical": canonical,
                "prev_hash": previous, "hash": digest,
            }
        )  # fmt: skip
        previous = digest
    return rows


def _issue(number: int, state: str) -> dict[str, Any]:
    released = state not in {"NUMBERED", "FAILED"}
    spooled = released and state != "RELEASED"
    return {
        "id": f"issue-{number}", "fiscal_year": 2026, "serial": number, "state": state,
        "terminal": f"terminal-{number}", "application_id": "application-1",
        "idempotency_key": f"key-{number}", "request_sha256": HASH, "entry_id": 1,
        "entry_version": 2, "copy_index": 1, "copies": 1, "form_id": "sample-form",
        "form_version": "1", "form_sha256": HASH, "content_sha256": HASH,
        "issued_on": DAY if released else None, "pdf_sha256": HASH if released else None,
        "page_count": 1 if released else None, "sheet": b"\x02k1sealed" if released else None,
        "raster_sha256": [HASH] if spooled else None, "evidence": {"bytes_total": 5},
        "fault": None, "numbered_at": T0, "released_at": T0 if released else None,
        "spooled_at": T0 if spooled else None, "settled_at": T0,
    }  # fmt: skip


def _issue_rows() -> Rows:
    return {
        "terminal": [
            {
                "id": f"terminal-{number}", "label": "見本の端末", "public_key": bytes(32),
                "production": False, "registered_at": T0, "power_cycle_needed": False,
                "last_status": {"state": "idle", "reasons": []},
            }
            for number in range(1, len(STATES) + 1)
        ],
        "self_test_report": [
            {
                "id": 1, "terminal": "terminal-1", "at": T0, "build": "b", "ok": True,
                "results": [{"check": "disk", "ok": True}],
            }
        ],
        "application": [
            {
                "id": "application-1", "user_id": "U-0000-0000", "terminal": "terminal-1",
                "visit": "visit-1", "at": T0,
            }
        ],
        "applicant": [
            {
                "application_id": "application-1", "kind": b"k", "name": b"n", "postal_code": b"p",
                "address": b"a", "phone": b"t", "name_index": bytes(32), "salt": bytes(16),
            }
        ],
        "found_entry": [{"application_id": "application-1", "entry_id": 1}],
        "serial": [{"fiscal_year": 2026, "last": len(STATES)}],
        "issue": [_issue(number, state) for number, state in enumerate(STATES, start=1)],
        "print_attempt": [
            {"id": 1, "issue_id": "issue-4", "at": T0, "what": "printed", "detail": {"fault": None}}
        ],
        "decision": [
            {
                "id": 1, "issue_id": "issue-7", "at": T0, "staff_id": "chief",
                "old_state": "UNKNOWN", "new_state": "VOIDED", "reason": "見本のため無効",
            }
        ],
        "period_review": [
            {
                "id": 1, "at": T0, "staff_id": "chief", "first_day": DAY, "last_day": DAY,
                "remark": "異状なし", "rows": 7, "chain_seq": 5, "chain_head": HASH,
            }
        ],
    }  # fmt: skip


def _ledger_rows(sqlite: bool) -> Rows:
    loads = [
        {
            "id": number, "at": T0, "actor": "staff:chief", "profile": "standard",
            "encoding": "utf-8", "file_sha256": HASH, "rows": 1, "created": 1, "changed": 0,
            "unchanged": 0, "refused": 0, "data_as_of": DAY,
        }
        for number in (1, 2)
    ]  # fmt: skip
    entry = {
        "id": 1, "version": 2, "import_id": 1, "content_sha256": HASH, "ledger_no": "見本-000001",
        "category": "建築物", "is_plan_change": False, "dispositions": [], "calendar_year": 2000,
        **dict.fromkeys(RECORDED, "見本"),
    }  # fmt: skip
    return {
        "ledger_import": loads,
        "ledger_entry": [entry],
        "ledger_entry_version": [
            {"entry_id": 1, "version": 1, "replaced_by": 2, "canonical": b"{}", "sha256": HASH}
        ],
        "ledger_search": [
            {
                "order_key": 1, "entry_id": 1, "owner_key": "見本", "owner_plain": "見本",
                "address_key": "", "town": None, "terms": "見本 l/1" if sqlite else ["見本", "l/1"],
            }
        ],
        "ledger_index_state": [{"id": 1, "fingerprint": HASH}],
    }  # fmt: skip


def _staff_rows() -> Rows:
    return {
        "staff_account": [
            {
                "staff_id": "chief", "display_name": "見本 課長", "role": "general_manager",
                "password_hash": "x", "password_set_at": T0, "must_change": False,
                "valid_from": T0, "valid_to": T0 + timedelta(days=365), "created_at": T0,
                "created_by": "system:test",
            }
        ],
        "staff_session": [
            {
                "token_sha256": HASH, "staff_id": "chief", "form_token": "x", "created_at": T0,
                "seen_at": T0,
            }
        ],
        "sign_in_failure": [{"subject": "password:chief", "count": 1, "first_at": T0}],
    }  # fmt: skip


def _change_rows() -> Rows:
    return {
        "change_authority": [
            {
                "work_id": "W-2026-0001", "fiscal_year": 2026, "serial": 1, "applicant": "chief",
                "approver": "chief", "reason": "見本の更新", "scope": "見本", "valid_from": T0,
                "valid_to": T0 + timedelta(days=1), "opened_at": T0, "opened_by": "staff:chief",
            }
        ],
        "town_alias": [
            {
                "id": 1, "old_name": "見本町", "old_key": "見本町", "base": "中央", "chome": 1,
                "used_from": DAY, "used_to": None, "at": T0, "actor": "system:test",
            }
        ],
        "ledger_change": [{"entry_id": 1, "version": 2, "import_id": 2, "what": "updated"}],
        "import_profile": [
            {"id": 1, "name": "見本", "body": "{}", "saved_at": T0, "saved_by": "staff:chief"}
        ],
    }  # fmt: skip


def _fee_rows() -> Rows:
    """A payment of the printed issue, one that awaits its money, and one that is owed."""
    return {
        "fee_rate": [
            {
                "id": 1, "at": T0, "actor": "system:test", "first_day": DAY, "mode": "counter",
                "yen": 400,
            }
        ],
        "payment": [
            {
                "id": f"payment-{serial}", "serial": serial, "state": state, "mode": "counter",
                "yen": 400, "copies": 1, "terminal": f"terminal-{serial}",
                "application_id": "application-1", "idempotency_key": f"pay-{serial}",
                "entry_id": 1, "content_sha256": HASH, "requested_at": T0, "moved_at": T0,
                "taken": 0,
            }
            for serial, state in enumerate(("CLOSED", "AWAITING", "OWING"), start=1)
        ],
        "issue_fee": [{"issue_id": "issue-4", "payment_id": "payment-1"}],
        "payment_entry": [
            {
                "id": number, "payment_id": payment, "issue_id": issue, "at": T0,
                "actor": "staff:chief", "money": money, "source": source, "target": target,
                "yen": 400, "remark": "見本",
            }
            for number, payment, issue, money, source, target in (
                (1, "payment-1", None, "received", "person", "deposit"),
                (2, "payment-1", "issue-4", "vended", "deposit", "earned"),
                (3, "payment-3", None, "received", "person", "deposit"),
            )
        ],
    }  # fmt: skip


def _card_rows() -> Rows:
    return {
        "staff_card": [
            {
                "id": "card-1", "staff_id": "chief", "kind": "felica", "card_index": bytes(32),
                "registered_at": T0, "registered_by": "staff:chief",
            },
            {
                "id": "card-2", "staff_id": "chief", "kind": "piv", "card_index": b"\x01" * 32,
                "public_key": b"key", "key_not_after": T0 + timedelta(days=365),
                "registered_at": T0, "registered_by": "staff:chief", "revoked_at": T0,
                "revoked_by": "staff:chief",
            },
        ],
        "card_challenge": [
            {"terminal": "terminal-1", "nonce_sha256": HASH, "issued_at": T0}
        ],
    }  # fmt: skip


def _stored(value: Any, sqlite: bool) -> Any:
    """Reflected SQLite columns take an instant in UTC without its zone, as the program writes."""
    naive = sqlite and isinstance(value, datetime)
    return value.replace(tzinfo=None) if naive else value


def fill(database: Database) -> set[str]:
    """Insert into every table that there is at this revision; returns the tables' names."""
    sqlite = database.is_sqlite
    wanted = {"operation_log": chain_rows(6), **_issue_rows(), **_ledger_rows(sqlite)}
    wanted |= _staff_rows()
    wanted |= _change_rows()
    wanted |= _fee_rows()
    wanted |= _card_rows()
    meta = MetaData()
    with database.migration_connection() as connection:
        meta.reflect(connection, only=lambda name, _: not name.startswith("ledger_fts"))
        for table in meta.sorted_tables:
            for row in wanted.get(table.name, ()):
                said = {name: _stored(value, sqlite) for name, value in row.items()}
                connection.execute(table.insert().values(**said))
        _set_head(connection, meta.tables["log_head"], wanted["operation_log"][-1], sqlite)
    return set(meta.tables)


def _set_head(connection: Any, head: Table, newest: dict[str, Any], sqlite: bool) -> None:
    connection.execute(
        update(head).values(
            seq=newest["seq"], hash=newest["hash"], last_at=_stored(newest["at"], sqlite)
        )
    )

"""The event catalogue (操作記録): every deed that the operation log can hold, and what it may say.

The log says what was done, by whom, to which thing; it never holds a person's name, address or
telephone number. ``ALLOWED_KEYS`` is an allow-list: a key that is not here cannot be logged.
"""

from __future__ import annotations

from enum import StrEnum


class EventCode(StrEnum):
    # the terminal
    TERMINAL_REGISTERED = "terminal.registered"
    TERMINAL_OPENED = "terminal.opened"
    TERMINAL_OPEN_REFUSED = "terminal.open_refused"
    TERMINAL_CLOSED = "terminal.closed"  # staff ended their session, or took their card away
    TERMINAL_SELF_TEST = "terminal.self_test"
    TERMINAL_RECOVERED = "terminal.recovered"
    TERMINAL_STOPPED = "terminal.stopped"
    TERMINAL_REOPENED = "terminal.reopened"
    TERMINAL_REFUSED = "terminal.refused"  # bad signature, unknown terminal, replay
    # the visit
    APPLICATION_CREATED = "application.created"
    SEARCH_SHOWN = "search.shown"
    SEARCH_SLOWED = "search.slowed"  # very many entries were shown
    ENTRY_OPENED = "entry.opened"
    HISTORY_SHOWN = "history.shown"  # all entries of one site
    NEIGHBOURS_SHOWN = "neighbours.shown"  # lots beside one site
    VISIT_ENDED = "visit.ended"
    # the issue
    ISSUE_NUMBERED = "issue.numbered"
    ISSUE_RELEASED = "issue.released"
    ISSUE_SPOOLED = "issue.spooled"
    ISSUE_PRINTED = "issue.printed"
    ISSUE_FAILED = "issue.failed"
    ISSUE_UNKNOWN = "issue.unknown"
    ISSUE_DECIDED = "issue.decided"
    ISSUE_VOIDED = "issue.voided"
    # fees: each row of the payment ledger, each move of a payment
    FEE_SET = "fee.set"
    PAYMENT_REQUESTED = "payment.requested"
    PAYMENT_MONEY = "payment.money"
    PAYMENT_TAKEN = "payment.taken"  # the machine put what is the ward's into its cash box
    PAYMENT_MOVED = "payment.moved"
    # staff
    ACCOUNT_CREATED = "account.created"
    ACCOUNT_CHANGED = "account.changed"
    ACCOUNT_LOCKED = "account.locked"
    CARD_REGISTERED = "card.registered"
    CARD_REVOKED = "card.revoked"
    SIGNED_IN = "staff.signed_in"
    SIGN_IN_REFUSED = "staff.sign_in_refused"
    SIGNED_OUT = "staff.signed_out"
    PASSWORD_CHANGED = "staff.password_changed"  # noqa: S105 - an event's name
    PASSWORD_RESET = "staff.password_reset"  # noqa: S105 - an event's name
    ACCESS_REFUSED = "staff.access_refused"
    # the print log
    LOG_SEARCHED = "log.searched"
    PERSON_VIEWED = "person.viewed"
    SHEET_VIEWED = "sheet.viewed"
    SHEET_LOOKED_UP = "sheet.looked_up"  # 照合 by number or QR code
    LOG_EXPORTED = "log.exported"
    PERIOD_REVIEWED = "period.reviewed"
    LOG_VERIFIED = "log.verified"
    # the ledger and the database
    LEDGER_IMPORTED = "ledger.imported"
    LEDGER_IMPORT_REFUSED = "ledger.import_refused"
    LEDGER_COPIED = "ledger.copied"
    TOWN_ALIAS_CHANGED = "ledger.town_alias_changed"
    DATABASE_MIGRATED = "database.migrated"
    # changes of the ledger under authority (運用規程 第9条第7項), and how files are read
    CHANGE_RULED = "change.ruled"  # from here on every change needs a work ID
    CHANGE_AUTHORIZED = "change.authorized"
    CHANGE_REFUSED = "change.refused"
    CHANGE_CLOSED = "change.closed"
    CHANGE_REPORTED = "change.reported"
    PROFILE_TRIED = "profile.tried"
    PROFILE_SAVED = "profile.saved"


#: Words an event's data may use. Values are identifiers, counts, states, hashes, instants and
#: reasons chosen from lists; ``remark`` and ``reason_text`` are staff's own words about a deed.
ALLOWED_KEYS = frozenset(
    {
        "accepting", "account", "application_id", "build", "bytes_total", "bytes_written",
        "category", "chain_head", "changed", "checks", "clear", "code", "completion_mark",
        "content_sha256", "copies", "copy", "count", "digest", "encoding", "ending", "entries",
        "entry_id", "entry_version", "evidence", "failed", "fault", "file_sha256", "fields",
        "filters", "form", "form_version", "format", "from", "kind", "lines", "new_state",
        "number", "ok", "old_state", "page_count", "pages_completed", "pdf_sha256", "period",
        "power_cycled", "presenter_taken", "printer", "profile", "purpose", "query_kind",
        "raster_sha256", "reason", "reason_text", "refused", "remark", "result", "revision",
        "role", "rows", "salted_sha256", "serial", "staff_id", "status", "terminal", "to",
        "updated", "user_id", "valid_from", "valid_to", "visit", "work_id", "year",
        # fees
        "first_day", "issue", "line", "looked", "mode", "money", "payment", "source", "target",
        "yen",
    }
)  # fmt: skip

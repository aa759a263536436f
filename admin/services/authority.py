"""Who may do what on the section's pages: one table, and nothing is allowed that is not in it.

Source: 運用規程 第5条 (roles), 第6条 (limited by class and need), 第9条 (IDs and passwords are
given by the 統括管理者), 第13条 (anyone may stop, managers reopen).
"""

from __future__ import annotations

from enum import StrEnum

from admin.services.accounts import Role


class Deed(StrEnum):
    """What a page shows or a form does. The value is what the log says of a refusal."""

    READ_PRINT_LOG = "read_print_log"
    VIEW_PERSON = "view_person"
    VIEW_SHEET = "view_sheet"
    DECIDE_UNKNOWN = "decide_unknown"
    VOID_PRINTED = "void_printed"
    REVIEW = "review"
    EXPORT = "export"
    VIEW_TERMINALS = "view_terminals"
    STOP_TERMINAL = "stop_terminal"
    REOPEN_TERMINAL = "reopen_terminal"
    READ_OPERATIONS = "read_operations"
    READ_ACCOUNTS = "read_accounts"
    KEEP_ACCOUNTS = "keep_accounts"
    KEEP_PROFILES = "keep_profiles"
    TAKE_FEES = "take_fees"


_EVERYBODY = frozenset({Deed.VIEW_TERMINALS, Deed.STOP_TERMINAL})
_COUNTER = _EVERYBODY | {Deed.READ_PRINT_LOG, Deed.VIEW_SHEET, Deed.DECIDE_UNKNOWN, Deed.TAKE_FEES}
_WORKPLACE = _COUNTER | {Deed.VIEW_PERSON, Deed.VOID_PRINTED}
_OPERATIONS = _WORKPLACE | {
    Deed.REVIEW,
    Deed.EXPORT,
    Deed.REOPEN_TERMINAL,
    Deed.READ_OPERATIONS,
    Deed.READ_ACCOUNTS,
    Deed.KEEP_PROFILES,
}

#: The table. システムリーダー keep the machines running and see nobody's application.
ALLOWED: dict[Role, frozenset[Deed]] = {
    Role.GENERAL_MANAGER: frozenset(Deed),
    Role.OPERATIONS_MANAGER: _OPERATIONS,
    Role.WORKPLACE_MANAGER: _WORKPLACE,
    Role.SYSTEM_LEADER: _EVERYBODY | {Deed.READ_OPERATIONS},
    Role.USER: _COUNTER,
}


def may(role: Role, deed: Deed) -> bool:
    return deed in ALLOWED[role]

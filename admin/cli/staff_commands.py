"""``python -m admin``: staff IDs and stop orders, for the day when no page can be opened.

They need the database only, neither keys nor form. Secrets are never taken from the command line,
where other users of the machine can read them: a PIN is asked for, or read from standard input.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from admin.cli.common import CommandError, command, opened, say
from admin.db.issue_tables import Terminal
from admin.db.staff_tables import StaffAccount
from admin.services import accounts, operation_log, terminals
from admin.services.accounts import AccountRefusal, Role
from admin.services.authority import Deed, may
from admin.services.context import JST, utc_now
from admin.services.print_log import day_start
from admin.views.sentences import refusal
from admin.views.show import instant, last_day, read_day
from admin.views.words import DEEDS, ROLES
from kiosk.domain.eras import wareki

_Parsers = argparse._SubParsersAction  # its name is private, its meaning is not

BY_COMMAND = operation_log.system_actor("command-line")
MIN_REASON, MAX_REASON = 2, 200


def add_parsers(subparsers: _Parsers[argparse.ArgumentParser]) -> None:
    create = command(
        subparsers,
        "create-staff",
        "職員IDを登録し、最初のパスワードを1度だけ出します",
        create_staff,
    )
    create.add_argument("staff_id", help="職員ID (半角の英数字と - _ で 2〜32 文字)")
    create.add_argument("--name", required=True, help="氏名")
    create.add_argument(
        "--role", choices=[role.value for role in Role], default=Role.USER.value,
        help="役割: " + "、".join(f"{role.value} = {word}" for role, word in ROLES.items()),
    )  # fmt: skip
    create.add_argument("--from", dest="first", help="権限の始まりの日 (例 R8.4.1。省くと今日)")
    create.add_argument("--to", dest="last", required=True, help="権限の終わりの日 (例 R9.3.31)")
    for name, about, run in (
        (
            "reset-password",
            "最初のパスワードを出し直し、サインインをすべて切ります",
            reset_password,
        ),
        ("set-pin", "端末を開く暗証番号を設定します (番号は入力を求めます)", set_pin),
        ("disable-staff", "職員IDを停止し、サインインをすべて切ります", disable_staff),
    ):
        command(subparsers, name, about, run).add_argument("staff_id", help="職員ID")
    listing = command(subparsers, "list-staff", "職員IDの一覧を出します", list_staff)
    listing.add_argument("--json", action="store_true", help="1行1件の JSON で出します")
    for name, about, run in (
        ("stop-terminal", "端末に停止の指示を出します", stop_terminal),
        ("reopen-terminal", "端末の停止の指示を取り消します", reopen_terminal),
    ):
        parser = command(subparsers, name, about, run)
        parser.add_argument("terminal", help="端末の番号 (例 terminal-1)")
        parser.add_argument("--by", required=True, help="指示を出す職員の職員ID")
        parser.add_argument("--reason", required=True, help="理由 (2〜200 文字。記録に残ります)")


def _day(text: str | None, instead: date | None = None) -> date:
    try:
        found = read_day(text or "") or instead
    except ValueError:
        found = None
    if found is None:
        raise CommandError(refusal("bad_day"))
    return found


# --- staff IDs ----------------------------------------------------------------------------------


def _hand_over(staff_id: str, password: str) -> None:
    say(f"職員ID {staff_id} の最初のパスワードです。本人に直接渡してください。もう出せません。")
    sys.stdout.write(password + "\n")


def create_staff(arguments: argparse.Namespace) -> int:
    now = utc_now()
    first = _day(arguments.first, now.astimezone(JST).date())
    last = _day(arguments.last)
    with opened(arguments) as database, database.write() as session:
        made = accounts.create_account(
            session, staff_id=arguments.staff_id, display_name=arguments.name,
            role=Role(arguments.role), valid_from=day_start(first),
            valid_to=day_start(last + timedelta(days=1)), now=now, actor=BY_COMMAND,
        )  # fmt: skip
        if isinstance(made, AccountRefusal):
            raise CommandError(refusal(made.code))
    _hand_over(arguments.staff_id, made[1])
    return 0


def reset_password(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.write() as session:
        made = accounts.reset_password(session, arguments.staff_id, BY_COMMAND, utc_now())
        if isinstance(made, AccountRefusal):
            raise CommandError(refusal(made.code))
    _hand_over(arguments.staff_id, made)
    return 0


def _asked_pin() -> str:
    if sys.stdin.isatty():
        pin = getpass.getpass("新しい暗証番号 (6〜12 けたの数字): ")
        if getpass.getpass("もう一度: ") != pin:
            raise CommandError("2 回の入力が違います。もう一度実行してください。")
        return pin
    return sys.stdin.readline().strip()


def set_pin(arguments: argparse.Namespace) -> int:
    pin = _asked_pin()
    with opened(arguments) as database, database.write() as session:
        refused = accounts.set_pin(session, arguments.staff_id, pin, BY_COMMAND, utc_now())
        if refused is not None:
            raise CommandError(refusal(refused.code))
    say(f"職員ID {arguments.staff_id} の暗証番号を設定しました。")
    return 0


def disable_staff(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.write() as session:
        operation_log.lock(session)
        refused = accounts.disable(session, arguments.staff_id, BY_COMMAND, utc_now())
        if refused is not None:
            raise CommandError(refusal(refused.code))
    say(f"職員ID {arguments.staff_id} を停止しました。")
    return 0


def _said(row: StaffAccount, now: datetime) -> dict[str, object]:
    return {
        "staff_id": row.staff_id,
        "role": row.role,
        "in_force": accounts.in_force(row, now),
        "must_change": row.must_change,
        "valid_from": operation_log.instant(row.valid_from),
        "valid_to": operation_log.instant(row.valid_to),
        "has_pin": row.pin_hash is not None,
        "disabled": row.disabled_at is not None,
        "last_sign_in": operation_log.instant(row.last_sign_in) if row.last_sign_in else None,
    }


def list_staff(arguments: argparse.Namespace) -> int:
    """IDs and roles, never a hash; names only where a person reads them."""
    now = utc_now()
    with opened(arguments) as database, database.read() as session:
        for row in accounts.every_account(session):
            if arguments.json:
                line = json.dumps(_said(row, now), ensure_ascii=False)
            else:
                held = "有効" if accounts.in_force(row, now) else "無効"
                until = wareki(last_day(row.valid_to))
                line = (
                    f"{row.staff_id}\t{row.display_name}\t{ROLES[Role(row.role)]}\t{held}\t"
                    f"{until}まで\t{instant(row.last_sign_in)}"
                )
            sys.stdout.write(line + "\n")
    return 0


# --- stop orders --------------------------------------------------------------------------------


def _checked_reason(reason: str) -> str:
    words = " ".join(reason.split())
    if not MIN_REASON <= len(words) <= MAX_REASON or not words.isprintable():
        raise CommandError(refusal("stop_reason"))
    return words


def _order(arguments: argparse.Namespace, deed: Deed) -> int:
    """Stop or reopen in the name of a member of staff who may."""
    reason, now = _checked_reason(arguments.reason), utc_now()
    with opened(arguments) as database, database.write() as session:
        account = session.get(StaffAccount, arguments.by)
        if account is None or not accounts.in_force(account, now):
            raise CommandError(
                f"職員ID {arguments.by} は、登録がないか、権限の期間ではありません。"
            )
        if not may(Role(account.role), deed):
            word = ROLES[Role(account.role)]
            raise CommandError(f"{word}には「{DEEDS[deed]}」権限がありません。")
        if session.get(Terminal, arguments.terminal) is None:
            raise CommandError(f"端末 {arguments.terminal} は登録されていません。")
        act = terminals.stop if deed is Deed.STOP_TERMINAL else _reopen
        if not act(session, arguments.terminal, account.staff_id, reason, now):
            raise CommandError(refusal("already"))
    return 0


def _reopen(session: Session, terminal: str, staff_id: str, reason: str, now: datetime) -> bool:
    return terminals.reopen(session, terminal, staff_id, now, reason)


def stop_terminal(arguments: argparse.Namespace) -> int:
    code = _order(arguments, Deed.STOP_TERMINAL)
    say(f"端末 {arguments.terminal} に停止の指示を出しました。数秒で休止します。")
    return code


def reopen_terminal(arguments: argparse.Namespace) -> int:
    code = _order(arguments, Deed.REOPEN_TERMINAL)
    say(f"端末 {arguments.terminal} の停止の指示を取り消しました。端末で再開してください。")
    return code

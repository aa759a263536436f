"""``python -m admin``: register-terminal, print-log, sheet, verify-log."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from admin.cli.common import CommandError, command, opened, say
from admin.cli.section import services_of
from admin.services import operation_log, print_log, row_audit, sheets, terminals
from admin.services.context import utc_now
from kiosk.domain.events import EventCode


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    register = command(subparsers, "register-terminal", "端末を登録します", run_register)
    register.add_argument("terminal", help="端末の番号 (例 terminal-1)")
    register.add_argument("--label", required=True, help="職員に見せる名前")
    register.add_argument("--public-key", required=True, help="公開鍵 (16進 64 けた)")
    register.add_argument("--production", action="store_true", help="本番の端末 (見本の様式を拒む)")
    rows = command(subparsers, "print-log", "印刷記録を1行1件の JSON で出します", run_print_log)
    rows.add_argument("--visit")
    rows.add_argument("--application")
    rows.add_argument("--since", help="この時刻から (ISO 8601)")
    sheet = command(subparsers, "sheet", "発行した証明書の PDF を取り出します", run_sheet)
    sheet.add_argument("number", help="発行番号 (例 2026-000001)")
    sheet.add_argument("out", type=Path)
    command(
        subparsers,
        "verify-log",
        "記録の鎖をはじめから確かめ、印刷記録と照らし合わせます",
        run_verify,
    )


def run_register(arguments: argparse.Namespace) -> int:
    try:
        key = bytes.fromhex(arguments.public_key)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CommandError("公開鍵は16進 64 けたで書いてください。")
    services = services_of(arguments)
    with services.database.write() as session:
        terminals.register(
            session, arguments.terminal, arguments.label, key,
            production=arguments.production, now=utc_now(),
            actor=operation_log.system_actor("command-line"),
        )  # fmt: skip
    say(f"端末 {arguments.terminal} を登録しました。")
    return 0


def run_print_log(arguments: argparse.Namespace) -> int:
    since = None
    if arguments.since:
        try:
            since = datetime.fromisoformat(arguments.since)
        except ValueError:
            raise CommandError(
                "--since は 2026-11-23T09:00:00+09:00 のように書いてください。"
            ) from None
        since = since if since.tzinfo else since.astimezone()
    services = services_of(arguments)
    with services.database.write() as session:
        rows = print_log.rows_as_json(
            session, visit=arguments.visit, application_id=arguments.application, since=since
        )
        operation_log.append(
            session, EventCode.LOG_EXPORTED, operation_log.system_actor("command-line"),
            at=utc_now(), data={"format": "jsonl", "rows": len(rows), "purpose": "command-line"},
        )  # fmt: skip
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


def run_sheet(arguments: argparse.Namespace) -> int:
    services = services_of(arguments)
    number = print_log.read_number(arguments.number)
    if number is None:
        raise CommandError("発行番号は 2026-000001 のように書いてください。")
    with services.database.write() as session:
        issue = print_log.issue_numbered(session, number)
        if issue is None:
            raise CommandError(f"発行番号 {number} はありません。")
        pdf = sheets.stored_sheet(services.keys, issue)
        if pdf is None:
            raise CommandError(f"発行番号 {number} は欠番です。証明書はありません。")
        operation_log.append(
            session, EventCode.SHEET_VIEWED, operation_log.system_actor("command-line"),
            at=utc_now(), subject=issue.id, data={"number": str(number)},
        )  # fmt: skip
    arguments.out.write_bytes(pdf)
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.read() as session:
        report = operation_log.verify(session)
        changed = row_audit.audit(session) if report.fault is None else None
    if report.fault:
        say(f"記録がこわれています: {report.bad_seq} 行目 ({report.words})")
        return 1
    if changed is not None:
        say(f"印刷記録が操作記録と合いません。{changed.words}")
        return 1
    sys.stdout.write(f"ok {report.rows} {report.head}\n")
    return 0

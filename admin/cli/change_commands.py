"""``python -m admin authorize-change``: work IDs for changes of the ledger (第4号様式)."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from admin.cli.common import CommandError, add_place, opened, say, settings_of
from admin.db.change_tables import ChangeAuthority
from admin.reports.change_report import WORDS, change_report, moment
from admin.services import change_authority, change_rows, operation_log
from admin.services.change_authority import Application, AuthorityRefusal, State
from admin.services.change_limits import Limits, limits_of
from admin.services.context import JST, utc_now
from kiosk.certificate.form import FormFault, load_form
from kiosk.domain.events import EventCode
from kiosk.domain.ledger import Category

HOURS = 8
_ACTOR = operation_log.system_actor("command-line")
STATES = {
    State.EARLY: "始まる前", State.OPEN: "作業できます",
    State.OVERDUE: "期間が過ぎました。内容を確かめて close してください", State.CLOSED: "終了",
}  # fmt: skip

HELP = """台帳の更新の許可 (第4号様式) を記録して作業IDを出し、終わったら内容を確かめて閉じます。

  open    許可された申請を記録し、作業IDを出します。import-ledger の --work-id に付けます。
  show    作業IDの状態と、その作業IDで更新した件数を出します。
  report  更新内容確認届出書 (第4号様式の2) を PDF で作ります。
  close   作業を終えます。その作業IDは使えなくなります。
  list    作業IDの一覧を出します。
"""


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "authorize-change", help="台帳の更新の許可 (第4号様式) と作業ID", description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    deeds = parser.add_subparsers(required=True, metavar="open|show|report|close|list")
    opened = deeds.add_parser("open", help="作業IDを出します")
    opened.add_argument("--applicant", required=True, help="申請者の職員ID")
    opened.add_argument("--approved-by", required=True, help="許可した統括管理者の職員ID")
    opened.add_argument("--reason", required=True, help="更新する理由")
    opened.add_argument("--scope", required=True, help="更新の範囲 (例 平成15年度の建築物)")
    opened.add_argument(
        "--from", dest="first", type=_instant, help="始まり (例 2026-11-24T09:00)。省くと今"
    )
    end = opened.add_mutually_exclusive_group()
    end.add_argument("--to", dest="last", type=_instant, help="終わり (例 2026-11-24T17:00)")
    end.add_argument("--hours", type=float, default=HOURS, help="終わりまでの時間。省くと 8")
    opened.add_argument(
        "--category", action="append", default=[], choices=[one.value for one in Category],
        help="この区分の台帳だけ (何度でも)",
    )  # fmt: skip
    opened.add_argument(
        "--ledger-no", action="append", default=[], metavar="PATTERN",
        help="この台帳番号だけ。* は何文字でも (例 'H15-*'。何度でも)",
    )  # fmt: skip
    opened.add_argument("--at-most", type=int, metavar="N", help="あわせて N 件まで")
    closed = deeds.add_parser("close", help="作業を終えます")
    closed.add_argument("--remark", required=True, help="確認の結果")
    closed.add_argument("--by", help="確認した者の職員ID")
    shown = deeds.add_parser("show", help="状態と件数を出します")
    report = deeds.add_parser("report", help="第4号様式の2 を PDF で作ります")
    report.add_argument("--out", type=Path, required=True, help="PDF ファイル")
    listed = deeds.add_parser("list", help="一覧を出します")
    for one in (closed, shown, report):
        one.add_argument("work_id", help="作業ID (例 W-2026-0001)")
    for one, run in (
        (opened, run_open), (closed, run_close), (shown, run_show), (report, run_report),
        (listed, run_list),
    ):  # fmt: skip
        add_place(one)
        one.set_defaults(run=run)


def _instant(text: str) -> datetime:
    """An ISO instant; Japan time when it names no zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"「{text}」は日時でありません。2026-11-24T09:00 のように書きます"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=JST)


def run_open(arguments: argparse.Namespace) -> int:
    now = utc_now()
    first = arguments.first or now
    asked = Application(
        arguments.applicant, arguments.approved_by, arguments.reason, arguments.scope, first,
        arguments.last or first + timedelta(hours=arguments.hours),
        Limits(tuple(arguments.category), tuple(arguments.ledger_no), arguments.at_most),
    )  # fmt: skip
    with opened(arguments) as database, database.write() as session:
        made = change_authority.open_authority(session, asked, now=now, actor=_ACTOR)
    if isinstance(made, AuthorityRefusal):
        raise CommandError(made.sentence)
    say(f"作業IDを出しました。{moment(made.valid_to)}まで使えます。")
    sys.stdout.write(made.work_id + "\n")
    return 0


def run_close(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.write() as session:
        done = change_authority.close(
            session, arguments.work_id, arguments.remark, now=utc_now(), actor=_ACTOR,
            confirmer=arguments.by,
        )  # fmt: skip
    if isinstance(done, AuthorityRefusal):
        raise CommandError(done.sentence)
    sys.stdout.write(f"{done.work_id} の作業を終えました。\n")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.read() as session:
        row = _found(session, arguments.work_id)
        counted = change_rows.counts(session, row.work_id)
        words = "、".join(f"{WORDS[what]} {many:,} 件" for what, many in counted.items())
        limits = limits_of(row).words()
        held = f"\n範囲の確認: {limits}" if limits else ""
        sys.stdout.write(f"{_line(row)}\n理由: {row.reason}\n範囲: {row.scope}{held}\n{words}\n")
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.read() as session:
        for row in change_authority.authorities(session):
            sys.stdout.write(_line(row) + "\n")
    return 0


def run_report(arguments: argparse.Namespace) -> int:
    form = load_form(settings_of(arguments).form)
    if isinstance(form, FormFault):
        raise CommandError(f"証明書の様式と字体を読めません（{form}）。")
    now = utc_now()
    try:
        with opened(arguments) as database, database.write() as session:
            row = _found(session, arguments.work_id)
            pdf = change_report(session, row, form.fonts, now.astimezone(JST).date())
            operation_log.append(
                session, EventCode.CHANGE_REPORTED, _ACTOR, at=now, subject=row.work_id,
                data={"work_id": row.work_id, "count": sum(
                    change_rows.counts(session, row.work_id).values())},
            )  # fmt: skip
        arguments.out.write_bytes(pdf)
    except OSError as error:
        raise CommandError(f"{arguments.out} に書けません（{error.strerror}）。") from error
    sys.stdout.write(f"{arguments.out} に書きました。\n")
    return 0


def _found(session: Session, work_id: str) -> ChangeAuthority:
    row = change_authority.find(session, work_id)
    if row is None:
        raise CommandError(AuthorityRefusal("unknown_work_id").sentence)
    return row


def _line(row: ChangeAuthority) -> str:
    words = STATES[change_authority.state(row, utc_now())]
    return f"{row.work_id}  {moment(row.valid_from)} - {moment(row.valid_to)}  {words}"

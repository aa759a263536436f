"""``python -m admin import-ledger``: parses, loads, and says what was done."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path

from admin.cli.common import add_place, opened, say, settings_of
from admin.ledger.importer import Manner, import_ledger
from admin.ledger.judging import ImportReport
from admin.ledger.profile import known_profiles
from admin.ledger.report_file import write_report
from admin.services import operation_log
from admin.services.context import JST, utc_now
from kiosk.domain.recorded_dates import parse_recorded_date

#: Seconds between two lines of progress.
PROGRESS_EVERY_S = 2.0
#: Lines of rows that were taken but are worth a look; all of them are in the report.
NOTES_SAID = 100
_ACTOR = operation_log.system_actor("command-line")
_PARTS = {"read": "読み取り", "write": "書き込み"}

HELP = """台帳の CSV か XLSX を読み込みます。

文字コードは UTF-8 (BOM があってもなくてもよい) か CP932 で、自動で見分けます。
はじめに全部の行を調べ、受け付けられない行は行番号と理由を1行ずつ標準エラーに出します。
ほかの行は読み込み、除いた行の数を最後に出します (終了コード 0)。
受け付けられる行が1行もなければ、何も読み込みません (終了コード 1)。
--all-or-nothing を付けると、受け付けられない行が1行でもあれば何も読み込みません (終了コード 1)。
ファイル全体を読めないとき (見出しが足りない、文字コードがちがう、途中で切れている) も、
何も読み込みません (終了コード 1)。
読み込みは1つのトランザクションです。途中で止まっても、半分だけ入ることはありません。
同じ台帳番号の行は新しい版になり、前の版も残ります。同じ内容の行は変わりません。
--dry-run は、調べて数えるだけで、台帳を変えません。作業IDがない、使えない、範囲の外の台帳にふれる
ときは、そのことも言います (終了コード 1)。
運用中の台帳の更新には、許可された作業ID (authorize-change) を --work-id に付けます。
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "import-ledger", help="台帳の CSV か XLSX を読み込みます", description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add_place(parser)
    parser.add_argument("file", type=Path, help="CSV か XLSX のファイル")
    parser.add_argument(
        "--profile", default="standard",
        help="列の対応の名前、職員が保存した名前、または YAML ファイル "
        f"(はじめからある名前: {'、'.join(known_profiles())})",
    )  # fmt: skip
    parser.add_argument(
        "--all-or-nothing", action="store_true",
        help="受け付けられない行が1行でもあれば、何も読み込みません",
    )  # fmt: skip
    # What was an option once is now what always happens.
    parser.add_argument("--skip-refused", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--dry-run", action="store_true", help="調べて数えるだけで、台帳を変えません"
    )
    parser.add_argument(
        "--report", type=Path, metavar="FILE.xlsx", help="結果を XLSX ファイルにも書きます"
    )
    parser.add_argument("--as-of", type=_day, help="台帳データ基準日 (例 2026-10-31)。なければ今日")
    parser.add_argument("--sheet", help="XLSX のシート。'*' は、同じ見出しのあるシートを全部")
    parser.add_argument("--work-id", help="許可された作業ID (例 W-2026-0001)")
    parser.add_argument(
        "--whole-ledger", action="store_true",
        help="ファイルが台帳の全部です。ファイルにない台帳番号は、台帳から除きます",
    )  # fmt: skip
    parser.set_defaults(run=run)


def _day(text: str) -> date:
    """A day of 和暦 or ISO that has come; anything else is said in a sentence."""
    said = parse_recorded_date(text)
    if said is None or not said.exact or said.earliest > utc_now().astimezone(JST).date():
        raise argparse.ArgumentTypeError(
            f"「{text}」は日付でないか、先の日付です。2026-10-31 か 令和8年10月31日 と書きます"
        )
    return said.earliest


class _Meter:
    """Progress on standard error, one line every few seconds."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, done: int, whole: int | None, part: str) -> None:
        now = time.monotonic()
        if now - self._said < PROGRESS_EVERY_S:
            return
        self._said = now
        of = f" / {whole:,}" if whole else ""
        say(f"{_PARTS[part]} {done:,}{of} 行")


def run(arguments: argparse.Namespace) -> int:
    manner = Manner(
        all_or_nothing=arguments.all_or_nothing,
        dry_run=arguments.dry_run,
        whole_ledger=arguments.whole_ledger,
        data_as_of=arguments.as_of,
        work_id=arguments.work_id,
        authority_needed=settings_of(arguments).authority_needed,
        sheet=arguments.sheet,
    )
    with opened(arguments, make=not arguments.dry_run) as database:
        report = import_ledger(
            database, arguments.file, arguments.profile, now=utc_now(), actor=_ACTOR,
            progress=_Meter(), manner=manner,
        )  # fmt: skip
    _say_rows(report)
    if arguments.report:
        _write(arguments.report, report)
    would = manner.dry_run and report.whole and not (manner.all_or_nothing and report.refused)
    if not (report.loaded or would):
        say(
            f"何も読み込みませんでした（受け付けられない行 {len(report.refused):,}、"
            f"調べた行 {report.rows:,}）。ファイルを直して、もう一度読み込んでください。"
        )
        return 1
    sys.stdout.write(summary(report) + "\n")
    if report.barred:
        say(f"このまま読み込むと断られます: {report.barred}")
    return 1 if report.barred else 0


def summary(report: ImportReport) -> str:
    """What was done, or would be, on one line."""
    head = "読み込みました" if report.loaded else "試しに調べました（台帳は変えていません）"
    removed = f"、台帳から除いた {report.removed:,} 件" if report.removed else ""
    return (
        f"{head}: {report.rows:,} 行のうち 新しい {report.created:,} 件、"
        f"変わった {report.changed:,} 件、同じ {report.unchanged:,} 件、"
        f"除いた {len(report.refused):,} 件{removed}"
    )


def _write(path: Path, report: ImportReport) -> None:
    try:
        write_report(path, report)
    except OSError as error:
        say(f"結果を {path} に書けませんでした（{error.strerror}）。")


def _say_rows(report: ImportReport) -> None:
    for row in report.refused:
        say(row.said)
    for row in report.noted.first(NOTES_SAID):
        say(f"注意 {row.said}")
    if len(report.noted) > NOTES_SAID:
        say(f"注意のある行は、ほかに {len(report.noted) - NOTES_SAID:,} 行あります。")

"""``python -m admin``: import-ledger, search, reindex-ledger, write-sample-ledger."""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, select
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from admin.cli.common import CommandError, add_place, say, settings_of
from admin.db.engine import Database
from admin.db.ledger_tables import RECORDED_FIELDS, LedgerEntryRow
from admin.db.migrate import current_revision, newest_revision
from admin.ledger.entries import data_as_of
from admin.ledger.importer import import_ledger
from admin.ledger.judging import ImportReport
from admin.ledger.profile import known_profiles
from admin.ledger.reindex import rebuild_rows
from admin.ledger.sample import write_sample
from admin.ledger.search import search
from admin.services import operation_log
from admin.services.context import JST, utc_now
from kiosk.domain.events import EventCode
from kiosk.domain.ledger import STANDARD_HEADINGS
from kiosk.domain.query import (
    COUNT_CAP,
    MAX_HITS,
    Found,
    NoHits,
    Query,
    QueryKind,
    SearchUnavailable,
    TooMany,
)

NAMES = ("import-ledger", "search", "reindex-ledger", "write-sample-ledger")
#: Seconds between two lines of progress.
PROGRESS_EVERY_S = 2.0
#: Lines of rows that were taken but are worth a look; all of them are in the report.
NOTES_SAID = 100
SAMPLE_ENTRIES = 2400
SAMPLE_SEED = 20261123
_ACTOR = operation_log.system_actor("command-line")
#: What some readers take for the end of a line, and JSON does not escape.
_LINE_ENDS = re.compile("[\x85\u2028\u2029]")
_LINE_FIELDS = (
    "ledger_no", "category", "confirmation_date", "confirmation_no", "lot",
    "residential_address", "owner", "main_use",
)  # fmt: skip
Recorded = Mapping[Any, Any]
_PARTS = {"read": "読み取り", "write": "書き込み"}

IMPORT_HELP = """台帳の CSV を読み込みます。

文字コードは UTF-8 (BOM があってもなくてもよい) か CP932 で、自動で見分けます。
はじめに全部の行を調べ、受け付けられない行は行番号と理由を1行ずつ標準エラーに出します。
ほかの行は読み込み、除いた行の数を最後に出します (終了コード 0)。
--all-or-nothing を付けると、受け付けられない行が1行でもあれば何も読み込みません (終了コード 1)。
ファイル全体を読めないとき (見出しが足りない、文字コードがちがう、途中で切れている) も、
何も読み込みません (終了コード 1)。
読み込みは1つのトランザクションです。途中で止まっても、半分だけ入ることはありません。
同じ台帳番号の行は新しい版になり、前の版も残ります。同じ内容の行は変わりません。
"""
SEARCH_HELP = """端末と同じ検索をして、見つかった台帳を新しい順に出します。

TEXT は、地名地番・住居表示・確認番号・建築主のどれでもかまいません。--kind で1つに決められます。
--json は1行に1件、見出しをキーにした JSON です。値は台帳に書かれたとおりです。
端末と同じく、多すぎるときははじめの 50 件だけを出し、件数と絞り込み方を標準エラーに出します。
見つからないときは何も出さず、終了コードは 0 です。
"""


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _add_import(subparsers)
    _add_search(subparsers)
    reindex = subparsers.add_parser(
        "reindex-ledger", help="台帳の索引を作り直します (町名・字体の表を変えたあと)"
    )
    add_place(reindex)
    reindex.set_defaults(run=run_reindex)
    sample = subparsers.add_parser("write-sample-ledger", help="見本の台帳の CSV を書きます")
    sample.add_argument("file", type=Path)
    sample.add_argument("--entries", type=int, default=SAMPLE_ENTRIES)
    sample.add_argument("--seed", type=int, default=SAMPLE_SEED)
    sample.set_defaults(run=run_write_sample)


def _add_import(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "import-ledger", help="台帳の CSV を読み込みます", description=IMPORT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add_place(parser)
    parser.add_argument("file", type=Path, help="CSV ファイル")
    parser.add_argument(
        "--profile", default="standard",
        help=f"列の対応の名前、または YAML ファイル (使える名前: {'、'.join(known_profiles())})",
    )  # fmt: skip
    parser.add_argument(
        "--all-or-nothing", action="store_true",
        help="受け付けられない行が1行でもあれば、何も読み込みません",
    )  # fmt: skip
    # What was an option once is now what always happens.
    parser.add_argument("--skip-refused", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--as-of", type=date.fromisoformat, help="台帳データ基準日 (例 2026-10-31)。なければ今日"
    )
    parser.set_defaults(run=run_import)


def _add_search(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "search", help="台帳を検索します", description=SEARCH_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add_place(parser)
    parser.add_argument("text", metavar="TEXT", help="探す言葉")
    parser.add_argument("--json", action="store_true", help="1行に1件の JSON で出します")
    parser.add_argument(
        "--kind", type=QueryKind, choices=list(QueryKind), default=QueryKind.ANY,
        help="lot 地名地番, residential 住居表示, confirmation 確認番号, owner 建築主, any 全部",
    )  # fmt: skip
    parser.add_argument("--town", help="町 (例 中央一丁目)")
    parser.add_argument("--year", type=int, help="確認の年か年度 (西暦)")
    parser.set_defaults(run=run_search)


def _open(arguments: argparse.Namespace) -> Database:
    """The database at the newest revision. Raises CommandError with what to do."""
    url = settings_of(arguments).database_url
    try:
        parsed = make_url(url)
        # SQLite makes an empty file of whatever is not there; a wrong path shall say so instead.
        if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
            raise CommandError(
                f"データベース {parsed.database} がありません。先に python -m admin migrate を"
                "実行するか、--database を確かめてください。"
            )
        database = Database(url)
    except (ArgumentError, ValueError) as error:
        raise CommandError("データベースの URL を読めません。") from error
    revision = current_revision(database)
    if revision != newest_revision():
        database.dispose()
        raise CommandError(
            f"データベースの版が {revision or '空'} です。先に python -m admin migrate を"
            "実行してください。"
        )
    return database


# --- import -------------------------------------------------------------------------------------


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


def run_import(arguments: argparse.Namespace) -> int:
    database = _open(arguments)
    try:
        report = import_ledger(
            database, arguments.file, arguments.profile, now=utc_now(), actor=_ACTOR,
            progress=_Meter(), all_or_nothing=arguments.all_or_nothing, data_as_of=arguments.as_of,
        )  # fmt: skip
    finally:
        database.dispose()
    _say_refused(report)
    if not report.loaded:
        say(
            f"何も読み込みませんでした（受け付けられない行 {len(report.refused):,}、"
            f"調べた行 {report.rows:,}）。ファイルを直して、もう一度読み込んでください。"
        )
        return 1
    sys.stdout.write(
        f"読み込みました: {report.rows:,} 行のうち 新しい {report.created:,} 件、"
        f"変わった {report.changed:,} 件、同じ {report.unchanged:,} 件、"
        f"除いた {len(report.refused):,} 件\n"
    )
    return 0


def _say_refused(report: ImportReport) -> None:
    for row in report.refused:
        say(f"{row.line} 行目: {row.reason}" if row.line else row.reason)
    for row in report.noted[:NOTES_SAID]:
        say(f"注意 {row.line} 行目: {row.reason}")
    if len(report.noted) > NOTES_SAID:
        say(f"注意のある行は、ほかに {len(report.noted) - NOTES_SAID:,} 行あります。")


# --- search -------------------------------------------------------------------------------------


def run_search(arguments: argparse.Namespace) -> int:
    query = Query(arguments.kind, arguments.text, arguments.town, arguments.year)
    database = _open(arguments)
    try:
        with database.read() as session:
            result = search(
                session, query, today=utc_now().astimezone(JST).date(),
                data_as_of=data_as_of(session),
            )  # fmt: skip
            if isinstance(result, SearchUnavailable):
                raise CommandError(
                    "検索の索引が古くなっています。python -m admin reindex-ledger を"
                    "実行してください。"
                )
            ids = [hit.entry_id for hit in result.hits] if not isinstance(result, NoHits) else []
            rows = _rows(session, ids)
        _log_search(database, query, result, len(rows))
    finally:
        database.dispose()
    _say_result(result)
    write = _write_json if arguments.json else _write_lines
    write(rows)
    return 0


def _rows(session: Session, ids: list[int]) -> list[Recorded]:
    """The recorded columns of the hits, in their order."""
    columns = [getattr(LedgerEntryRow, field) for field in RECORDED_FIELDS]
    found = session.execute(
        select(LedgerEntryRow.id, *columns).where(LedgerEntryRow.id.in_(ids))
    ).mappings()
    by_id: dict[int, Recorded] = {row["id"]: row for row in found}
    return [by_id[one] for one in ids]


def _log_search(
    database: Database, query: Query, result: Found | NoHits | TooMany, count: int
) -> None:
    """One row, as for the terminal; before anything is shown, and never the words."""
    with database.write() as session:
        operation_log.append(
            session, EventCode.SEARCH_SHOWN, _ACTOR, at=utc_now(),
            data={"query_kind": query.kind.value, "result": type(result).__name__.lower(),
                  "count": count},
        )  # fmt: skip


def _say_result(result: Found | NoHits | TooMany) -> None:
    if isinstance(result, NoHits):
        say("見つかりませんでした。")
    if isinstance(result, TooMany):
        count = "1,000 件以上" if result.count >= COUNT_CAP else f"{result.count:,} 件"
        say(
            f"{count}あります。新しい {MAX_HITS} 件だけを出します。言葉を足して絞り込んでください。"
        )
    if result.choices:
        say("次のどれかかもしれません: " + "、".join(one.label for one in result.choices))


def _write_json(rows: Iterable[Recorded]) -> None:
    for row in rows:
        values = {heading: row[field] for heading, field in STANDARD_HEADINGS}
        line = json.dumps(values, ensure_ascii=False)
        sys.stdout.write(_LINE_ENDS.sub(lambda end: f"\\u{ord(end.group()):04x}", line) + "\n")


def _write_lines(rows: Iterable[Recorded]) -> None:
    for row in rows:
        cells = (" ".join(str(row[field]).split()) for field in _LINE_FIELDS)
        sys.stdout.write("\t".join(cells) + "\n")


# --- the rest -----------------------------------------------------------------------------------


def run_reindex(arguments: argparse.Namespace) -> int:
    database = _open(arguments)
    try:
        with database.write() as session:
            count = rebuild_rows(session)
    finally:
        database.dispose()
    say(f"索引を作り直しました: {count:,} 件")
    return 0


def run_write_sample(arguments: argparse.Namespace) -> int:
    try:
        write_sample(arguments.file, arguments.entries, arguments.seed)
    except OSError as error:
        raise CommandError(f"{arguments.file} に書けません（{error.strerror}）。") from error
    say(f"見本の台帳 {arguments.entries:,} 件を書きました: {arguments.file}")
    return 0

"""``python -m admin``: import-ledger, search, reindex-ledger, write-sample-ledger."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.cli import import_command
from admin.cli.common import CommandError, add_place, opened, say, settings_of
from admin.db.engine import Database
from admin.db.ledger_tables import RECORDED_FIELDS, LedgerEntryRow
from admin.ledger.entries import data_as_of
from admin.ledger.reindex import rebuild_rows
from admin.ledger.sample import write_sample
from admin.ledger.search import search
from admin.ledger.words import UNAVAILABLE
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

SEARCH_HELP = """端末と同じ検索をして、見つかった台帳を新しい順に出します。

TEXT は、地名地番・住居表示・確認番号・建築主のどれでもかまいません。--kind で1つに決められます。
--json は1行に1件、見出しをキーにした JSON です。値は台帳に書かれたとおりです。
端末と同じく、多すぎるときははじめの 50 件だけを出し、件数と絞り込み方を標準エラーに出します。
見つからないときは何も出さず、終了コードは 0 です。
"""


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    import_command.add_parser(subparsers)
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


# --- search -------------------------------------------------------------------------------------


def run_search(arguments: argparse.Namespace) -> int:
    query = Query(arguments.kind, arguments.text, arguments.town, arguments.year)
    with opened(arguments) as database:
        with database.read() as session:
            result = search(
                session, query, today=utc_now().astimezone(JST).date(),
                data_as_of=data_as_of(session),
                owner_needs_place=settings_of(arguments).owner_needs_place,
            )  # fmt: skip
            if isinstance(result, SearchUnavailable):
                raise CommandError(UNAVAILABLE[result.code])
            ids = [hit.entry_id for hit in result.hits] if not isinstance(result, NoHits) else []
            rows = _rows(session, ids)
        _log_search(database, query, result, len(rows))
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
    with opened(arguments) as database, database.write() as session:
        count = rebuild_rows(session)
    say(f"索引を作り直しました: {count:,} 件")
    return 0


def run_write_sample(arguments: argparse.Namespace) -> int:
    try:
        write_sample(arguments.file, arguments.entries, arguments.seed)
    except OSError as error:
        raise CommandError(f"{arguments.file} に書けません（{error.strerror}）。") from error
    say(f"見本の台帳 {arguments.entries:,} 件を書きました: {arguments.file}")
    return 0

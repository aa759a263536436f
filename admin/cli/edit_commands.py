"""``python -m admin show-entry``, ``edit-entry``, ``remove-entry``: one entry at a time."""

from __future__ import annotations

import argparse
import json
import sys

from admin.cli.common import CommandError, add_place, opened, say
from admin.ledger.editing import Edit, Edited, edit_entry, find_row, remove_entry
from admin.ledger.words import DISPOSITIONS, refusal
from admin.services import operation_log
from admin.services.context import utc_now
from kiosk.domain.events import EventCode
from kiosk.domain.ledger import STANDARD_HEADINGS, NotCertifiable

_ACTOR = operation_log.system_actor("command-line")
_KINDS = {word: kind for kind, word in DISPOSITIONS.items()}
#: What a person may set; ``removed`` is what remove-entry does.
_FLAGS = ["none", *(one.value for one in NotCertifiable if one is not NotCertifiable.REMOVED)]

EDIT_HELP = """台帳の1件を直します。許可された作業ID (authorize-change) が要ります。

  edit-entry K-1 --work-id W-2026-0001 --set 建築主='見本 花子' --set 備考=
  edit-entry K-1 --work-id W-2026-0001 --add '中間検査,中第1号,平成15年7月1日,建築主事,基礎配筋'
  edit-entry K-1 --work-id W-2026-0001 --not-certifiable withheld

値は、ファイルの読み込みと同じように調べます。台帳は新しい版になり、前の版も残ります。
"""


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    shown = subparsers.add_parser("show-entry", help="台帳の1件を、版とともに JSON で出します")
    edited = subparsers.add_parser(
        "edit-entry", help="台帳の1件を、作業IDで直します", description=EDIT_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    removed = subparsers.add_parser("remove-entry", help="台帳の1件を、作業IDで台帳から除きます")
    for one, run in ((shown, run_show), (edited, run_edit), (removed, run_remove)):
        one.add_argument("ledger_no", help="台帳番号")
        add_place(one)
        one.set_defaults(run=run)
    for one in (edited, removed):
        one.add_argument("--work-id", required=True, help="許可された作業ID (例 W-2026-0001)")
        one.add_argument("--version", type=int, help="この版のときだけ (show-entry の version)")
    edited.add_argument(
        "--set", dest="said", action="append", default=[], metavar="見出し=値", help="直す値"
    )
    edited.add_argument("--page", help="簿冊・頁")
    edited.add_argument(
        "--not-certifiable", choices=_FLAGS, help="証明できない理由。none は証明できる"
    )
    edited.add_argument(
        "--add", action="append", default=[], metavar="種類,番号,年月日,交付者,内容",
        help=f"検査・変更を足す。種類は {'、'.join(_KINDS)}",
    )  # fmt: skip
    edited.add_argument(
        "--drop", action="append", type=int, default=[], metavar="N",
        help="N 番目の検査・変更を除く (show-entry の並び)",
    )  # fmt: skip


def run_show(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.write() as session:
        row = find_row(session, arguments.ledger_no)
        if row is None:
            raise CommandError(refusal("no_entry", ledger_no=arguments.ledger_no[:100]))
        said = {heading: getattr(row, name) for heading, name in STANDARD_HEADINGS}
        said |= {
            "version": row.version, "not_certifiable": row.not_certifiable,
            "source_page": row.source_page, "recorded_dispositions": row.recorded_dispositions,
            "dispositions": row.dispositions, "extra": row.extra,
        }  # fmt: skip
        operation_log.append(
            session, EventCode.SEARCH_SHOWN, _ACTOR, at=utc_now(),
            data={"query_kind": "ledger_no", "result": "found", "count": 1},
        )  # fmt: skip
    sys.stdout.write(json.dumps(said, ensure_ascii=False, indent=1) + "\n")
    return 0


def run_edit(arguments: argparse.Namespace) -> int:
    flag = arguments.not_certifiable
    edit = Edit(
        arguments.ledger_no,
        dict(map(_said, arguments.said)),
        arguments.page,
        () if flag is None else ("" if flag == "none" else flag,),
        tuple(arguments.drop),
        tuple(map(_added, arguments.add)),
        arguments.version,
    )
    with opened(arguments) as database:
        done = edit_entry(database, edit, work_id=arguments.work_id, now=utc_now(), actor=_ACTOR)
    return _end(done, "を直しました", arguments.ledger_no)


def run_remove(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database:
        done = remove_entry(
            database, arguments.ledger_no, work_id=arguments.work_id, now=utc_now(), actor=_ACTOR,
            version=arguments.version,
        )  # fmt: skip
    return _end(done, "を台帳から除きました", arguments.ledger_no)


def _end(done: Edited, deed: str, ledger_no: str) -> int:
    if done.reasons:
        raise CommandError("".join(done.reasons))
    for note in done.notes:
        say(f"注意 {note}")
    sys.stdout.write(f"台帳番号 {ledger_no} {deed}（第 {done.version} 版）。\n")
    return 0


def _said(text: str) -> tuple[str, str]:
    heading, mark, value = text.partition("=")
    if not mark:
        raise CommandError("--set は 見出し=値 の形で書いてください。", 2)
    return heading.strip(), value


def _added(text: str) -> dict[str, str]:
    kind, *parts = (one.strip() for one in text.split(",", 4))
    if kind not in _KINDS or not any(parts):
        raise CommandError(
            "--add は 種類,番号,年月日,交付者,内容 の形で書いてください。"
            f"種類は {'、'.join(_KINDS)}。",
            2,
        )
    parts += [""] * (4 - len(parts))
    return {
        "kind": _KINDS[kind],
        **dict(zip(("number", "date", "issuer", "detail"), parts, strict=True)),
    }

"""``python -m admin town-alias``: former names of towns, by which old entries are found."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from admin.cli.common import CommandError, add_place, opened, say
from admin.ledger.aliases import Alias, AliasFault, add_alias, load_aliases, remove_alias
from admin.ledger.words import ALIAS_FAULTS
from admin.services import operation_log
from admin.services.context import utc_now
from kiosk.domain.events import EventCode
from kiosk.domain.recorded_dates import parse_recorded_date
from kiosk.domain.towns import town_name, towns_by_name

_ACTOR = operation_log.system_actor("command-line")
HELP = """旧町名の表を見る・足す・けずるためのコマンドです。

  town-alias list
  town-alias add 旧町名 いまの町名 [--from 昭和7年10月1日] [--to 昭和41年]
  town-alias remove 番号

旧町名で探すと、その名前のまま記録された台帳と、いまの町の同じ番地が見つかります。
いまの町名で探すと、旧町名で記録された同じ番地の台帳も見つかります。台帳は書きかえません。
足したその時から使われます。索引の作り直しは要りません。
"""


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "town-alias", help="旧町名の表を見る・足す・けずる", description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    shown = actions.add_parser("list", help="表を出します")
    added = actions.add_parser("add", help="1つ足します")
    added.add_argument("old", metavar="旧町名")
    added.add_argument("town", metavar="いまの町名", help="例: 東小岩、中央一丁目")
    added.add_argument("--from", dest="used_from", default="", help="使われはじめた日 (和暦か西暦)")
    added.add_argument("--to", dest="used_to", default="", help="使われなくなった日 (和暦か西暦)")
    removed = actions.add_parser("remove", help="1つけずります")
    removed.add_argument("number", metavar="番号", type=int)
    for one, run in ((shown, run_list), (added, run_add), (removed, run_remove)):
        add_place(one)
        one.set_defaults(run=run)


def _day(text: str, *, last: bool) -> date | None:
    """A day, or the first or last one of what was said. Raises CommandError."""
    if not text:
        return None
    read = parse_recorded_date(text)
    if read is None:
        raise CommandError(
            f"{text} を日付として読めません。昭和41年3月1日 のように書いてください。"
        )
    return read.latest if last else read.earliest


def _today_town(text: str) -> tuple[str, int | None]:
    """中央一丁目 -> (中央, 1); 平井 -> (平井, None)."""
    town = towns_by_name().get(text.strip())
    if town is not None and town.chome:
        return town.base, town.chome
    return text.strip(), None


def _line(alias: Alias) -> str:
    town = town_name(alias.base, alias.chome) if alias.chome else alias.base
    return f"{alias.id}\t{alias.old}\t{town}\t{alias.period()}\n"


def run_list(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.read() as session:
        aliases = load_aliases(session)
    sys.stdout.write("".join(map(_line, aliases)))
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    base, chome = _today_town(arguments.town)
    used_from = _day(arguments.used_from, last=False)
    used_to = _day(arguments.used_to, last=True)
    now = utc_now()
    try:
        with opened(arguments) as database, database.write() as session:
            number = add_alias(
                session, arguments.old, base, chome, used_from=used_from, used_to=used_to,
                at=now, actor=str(_ACTOR),
            )  # fmt: skip
            operation_log.append(
                session, EventCode.TOWN_ALIAS_CHANGED, _ACTOR, at=now, subject=str(number),
                data={"kind": "added"},
            )  # fmt: skip
    except AliasFault as fault:
        raise CommandError(ALIAS_FAULTS[fault.code]) from fault
    say(f"旧町名を足しました（番号 {number}）。")
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.write() as session:
        if not remove_alias(session, arguments.number):
            raise CommandError(f"番号 {arguments.number} の旧町名はありません。")
        operation_log.append(
            session, EventCode.TOWN_ALIAS_CHANGED, _ACTOR, at=utc_now(),
            subject=str(arguments.number), data={"kind": "removed"},
        )  # fmt: skip
    say("旧町名をけずりました。")
    return 0

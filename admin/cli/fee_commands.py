"""``python -m admin fee``: what a copy costs, from which day on. Off until somebody sets it."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from sqlalchemy import select

from admin.cli.common import CommandError, add_place, opened, say
from admin.db.fee_tables import FeeRateRow
from admin.services import fees, operation_log
from admin.services.context import JST, utc_now
from kiosk.domain.eras import wareki
from kiosk.domain.fees import MAX_YEN, SMALLEST_COIN, FeeMode, FeeRate, yen_text
from kiosk.domain.recorded_dates import parse_recorded_date

_ACTOR = operation_log.system_actor("command-line")
_MODES = {
    FeeMode.OFF: "いただかない", FeeMode.COUNTER: "窓口", FeeMode.ACCEPTOR: "端末の機械",
}  # fmt: skip
HELP = f"""手数料を見る・決めるためのコマンドです。決めるまでは無料です。

  fee show
  fee set --mode counter --yen 400 [--from 令和9年4月1日]
  fee set --mode off

--mode は off（いただかない）、counter（窓口で入金し、職員が印刷を許す）、
acceptor（端末の硬貨の機械）。
--yen は1部の額（1〜{MAX_YEN:,}円）。--from の日（書かなければ今日）から、端末の画面に出ます。
"""


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "fee", help="手数料を見る・決める", description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    shown = actions.add_parser("show", help="これまでに決めた手数料を出します")
    chosen = actions.add_parser("set", help="ある日からの手数料を決めます")
    chosen.add_argument("--mode", required=True, choices=[mode.value for mode in FeeMode])
    chosen.add_argument("--yen", type=int, default=0, help="1部の額")
    chosen.add_argument("--from", dest="first_day", default="", help="始まる日 (和暦か西暦)")
    for one, run in ((shown, run_show), (chosen, run_set)):
        add_place(one)
        one.set_defaults(run=run)


_REFUSALS = {
    "fee_past": "過ぎた日からの手数料は決められません。",
    "fee_coins": f"端末の機械に入れる手数料は {SMALLEST_COIN}円きざみで書いてください。"
    "機械はそれより小さい硬貨を受け取れず、おつりも出せません。",
}


def _words(rate: FeeRate) -> str:
    return yen_text(rate.yen) if rate.charged else "無料"


def run_show(arguments: argparse.Namespace) -> int:
    today = utc_now().astimezone(JST).date()
    with opened(arguments) as database, database.read() as session:
        now = fees.rate_on(session, today)
        rows = session.scalars(select(FeeRateRow).order_by(FeeRateRow.first_day, FeeRateRow.id))
        lines = [
            f"{wareki(row.first_day)}\t{_MODES[FeeMode(row.mode)]}\t"
            f"{_words(FeeRate(FeeMode(row.mode), row.yen))}\n"
            for row in rows
        ]
    sys.stdout.write("".join(lines))
    say(f"今日の手数料: {_words(now)}（{_MODES[now.mode]}）")
    return 0


def _first_day(text: str, today: date) -> date:
    if not text:
        return today
    read = parse_recorded_date(text)
    if read is None or read.earliest is None:
        raise CommandError(f"{text} を日付として読めません。令和9年4月1日 のように書いてください。")
    return read.earliest


def run_set(arguments: argparse.Namespace) -> int:
    mode, now = FeeMode(arguments.mode), utc_now()
    first_day = _first_day(arguments.first_day, now.astimezone(JST).date())
    try:
        rate = FeeRate(mode, arguments.yen)
    except ValueError as error:
        raise CommandError(
            f"額は 1〜{MAX_YEN:,}円 で書いてください。無料のときは --mode off だけを書きます。"
        ) from error
    with opened(arguments) as database:
        refusal = fees.set_rate_in(database, now, first_day, rate, _ACTOR)
    if refusal is not None:
        raise CommandError(_REFUSALS[refusal.code])
    say(f"{wareki(first_day)}から {_words(rate)}（{_MODES[mode]}）にしました。")
    return 0

"""``python -m admin fee``: what is set holds from its day on, is recorded, or is refused by a
sentence that changes nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from admin.__main__ import main
from admin.cli import fee_commands
from admin.db.fee_tables import FeeRateRow
from admin.db.log_tables import OperationLog
from admin.services import fees
from kiosk.domain.eras import wareki
from kiosk.domain.fees import NO_FEE, FeeMode, FeeRate
from tests.fixtures.section import World, world

__all__ = ["world"]

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def its_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fee_commands, "utc_now", world.clock.now)


def run(world: World, *words: str) -> int:
    return main(["fee", *words, "--database", world.database.url])


def rate(world: World, day: date) -> FeeRate:
    with world.database.read() as session:
        return fees.rate_on(session, day)


def test_free_until_somebody_sets_it(world: World, capsys: Capture) -> None:
    assert run(world, "show") == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "今日の手数料: 無料（いただかない）" in said.err


def test_set_from_today_shown_and_switched_off(world: World, capsys: Capture) -> None:
    today = world.services.today()
    assert run(world, "set", "--mode", "counter", "--yen", "400") == 0
    assert f"{wareki(today)}から 400円（窓口）にしました。" in capsys.readouterr().err
    assert rate(world, today) == FeeRate(FeeMode.COUNTER, 400)
    assert run(world, "set", "--mode", "off") == 0
    assert rate(world, today) == NO_FEE  # the newest row of one day holds
    capsys.readouterr()
    assert run(world, "show") == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{wareki(today)}\t窓口\t400円", f"{wareki(today)}\tいただかない\t無料",
    ]  # fmt: skip
    assert "今日の手数料: 無料" in said.err


@pytest.mark.parametrize("text", ["令和9年4月1日", "R9.4.1", "2027-04-01"])
def test_from_a_later_day(world: World, text: str) -> None:
    assert run(world, "set", "--mode", "acceptor", "--yen", "300", "--from", text) == 0
    first = date(2027, 4, 1)
    assert rate(world, world.services.today()) == NO_FEE
    assert rate(world, first - timedelta(days=1)) == NO_FEE
    assert rate(world, first) == FeeRate(FeeMode.ACCEPTOR, 300)


def test_who_set_it_is_a_row_of_the_log(world: World) -> None:
    assert run(world, "set", "--mode", "counter", "--yen", "400") == 0
    with world.database.read() as session:
        row = session.scalars(select(OperationLog).where(OperationLog.event == "fee.set")).one()
        said = json.loads(row.canonical)["data"]
        assert row.actor == session.scalars(select(FeeRateRow.actor)).one()
    today = world.services.today().isoformat()
    assert said == {"first_day": today, "mode": "counter", "yen": 400}
    assert world.chain().fault is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--mode", "counter"), "額は 1〜10,000円"),
        (("--mode", "counter", "--yen", "0"), "額は 1〜10,000円"),
        (("--mode", "counter", "--yen", "-400"), "額は 1〜10,000円"),
        (("--mode", "acceptor", "--yen", "10001"), "額は 1〜10,000円"),
        (("--mode", "acceptor", "--yen", "405"), "10円きざみ"),
        (("--mode", "off", "--yen", "400"), "--mode off だけ"),
        (("--mode", "counter", "--yen", "400", "--from", "R8.4.1"), "過ぎた日"),
        (("--mode", "counter", "--yen", "400", "--from", "いつか"), "日付として読めません"),
    ],
)
def test_what_cannot_be_is_a_sentence(
    world: World, capsys: Capture, words: tuple[str, ...], sentence: str
) -> None:
    before = world.events()
    assert run(world, "set", *words) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert (world.count("fee_rate"), world.events()) == (0, before)


def test_a_mode_that_there_is_not(world: World, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        run(world, "set", "--mode", "card", "--yen", "400")
    assert ended.value.code == 2
    assert "acceptor" in capsys.readouterr().err

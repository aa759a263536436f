"""Property: an entry of the sample is found by a sloppy form of whatever it is known by."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.db.engine import Database
from admin.ledger.entries import data_as_of
from admin.ledger.sample import Row, sample_rows, write_sample
from admin.ledger.search import search
from kiosk.domain.query import Found, NoHits, Query, QueryKind, TooMany
from kiosk.domain.towns import ward_towns
from tests.fixtures.databases import NewDatabase
from tests.integration.ledger.books import TODAY, load

ENTRIES, SEED = 600, 11
SAMPLE = list(sample_rows(ENTRIES, SEED))
KANA = {town.base: town.kana for town in ward_towns() if town.kana}
BASES = sorted({town.base for town in ward_towns()}, key=len, reverse=True)
KANJI = "〇一二三四五六七八九"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
NARROW = str.maketrans("０１２３４５６７８９－", "0123456789-")
VARIANTS = (("髙", "高"), ("﨑", "崎"), ("邊", "辺"), ("齋", "斎"), ("𠮷", "吉"), ("㈱", "(株)"))
DASHES = ["-", "－", "ー", "−", "‐", "―", "の", "ノ", "之"]


@dataclass(frozen=True)
class Lot:
    """What this test itself reads out of a recorded lot; it shares nothing with the program."""

    base: str
    chome: str
    numbers: tuple[str, ...]
    formal: bool


def arabic(text: str) -> str:
    """丁目 in digits."""
    return re.sub(f"[{KANJI}](?=丁目|$)", lambda one: str(KANJI.index(one.group())), text)


def lot_of(recorded: str) -> Lot | None:
    """The first lot of a cell, where it is written in one of the plain manners."""
    text = recorded.removeprefix("江戸川区").translate(
        str.maketrans("０１２３４５６７８９－", "0123456789-")
    )
    base = next((one for one in BASES if text.startswith(one)), None)
    if base is None:
        return None
    rest = re.split(r"[、　]|の一部", text[len(base) :])[0]
    match = re.fullmatch(rf"([{KANJI}\d])丁目(\d+)(?:番地?の?|-)?(\d*)", rest)
    if match:
        return Lot(base, arabic(match[1]), tuple(filter(None, match.groups()[1:])), formal=True)
    match = re.fullmatch(r"(\d+)番地?の?(\d*)", rest)
    return Lot(base, "", tuple(filter(None, match.groups())), formal=True) if match else None


LOTS = [(row, lot) for row in SAMPLE if (lot := lot_of(row["lot"]))]


def test_the_property_has_something_to_test() -> None:
    assert len(LOTS) > ENTRIES // 2
    assert {bool(lot.chome) for _, lot in LOTS} == {True, False}


def sloppy_lot(lot: Lot, pick: random.Random) -> str:
    """The lot as a hurried person types it."""
    base = lot.base
    if base in KANA and pick.random() < 0.2:
        base = KANA[base]
    if pick.random() < 0.15:
        base = base.replace("之", "の")
    units = pick.random()
    first, *more = lot.numbers
    dash = pick.choice(DASHES)
    if not lot.chome:
        text = (
            first + pick.choice(["番地", "番", ""]) + "".join(pick.choice(DASHES) + n for n in more)
        )
    elif units < 0.4:
        text = pick.choice("-－ー ").join((lot.chome, first)) + "".join(dash + n for n in more)
    else:
        chome = pick.choice([lot.chome, KANJI[int(lot.chome)]])
        unit = pick.choice(["番", "番地", "番地の", "-"])
        text = f"{chome}{pick.choice(['丁目', '丁'])}{first}{unit}"
        text = text + more[0] if more else text.removesuffix("の").removesuffix("-")
    if pick.random() < 0.4:
        text = text.translate(WIDE)
    ward = pick.choice(["", "", "江戸川区", "東京都江戸川区", "江戸川区 "])
    return f"{ward}{base}{pick.choice(['', '', ' ', '　'])}{text}{pick.choice(['', '', ' ', '号'])}"


def sloppy_number(row: Row, pick: random.Random) -> str:
    text = row["confirmation_no"]
    if pick.random() < 0.5:
        text = text.removeprefix("第").removesuffix("号")
    if pick.random() < 0.4:
        text = re.sub(r"(?<!\d)0+(?=\d)", "", text)
    if pick.random() < 0.4:
        text = text.translate(WIDE).lower()
    return text


def sloppy_owner(row: Row, pick: random.Random) -> str:
    text = row["owner"].split("　外")[0]
    for old, new in (
        ("髙", "高"),
        ("﨑", "崎"),
        ("邊", "辺"),
        ("齋", "斎"),
        ("𠮷", "吉"),
        ("㈱", "(株)"),
    ):
        if pick.random() < 0.5:
            text = text.replace(old, new)
    if pick.random() < 0.5:
        text = re.sub("[\U000e0100-\U000e01ef]", "", text)
    return re.sub(r"[ 　]", pick.choice(["", " ", "　"]), text)


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def ledger(
    request: pytest.FixtureRequest,
    new_database: NewDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    database = Database(new_database(request.param, True))
    path = tmp_path_factory.mktemp("sample") / "sample.csv"
    write_sample(path, ENTRIES, SEED)
    assert load(database, path).created == ENTRIES
    yield database
    database.dispose()


def all_numbers(database: Database, query: Query) -> set[str]:
    """Every 台帳番号 found; a list that is too long is followed through its narrowing buttons."""
    with database.read() as session:
        result = search(session, query, today=TODAY, data_as_of=data_as_of(session))
    assert isinstance(result, Found | NoHits | TooMany)
    if isinstance(result, NoHits):
        return set()
    found = {hit.ledger_no for hit in result.hits}
    if isinstance(result, TooMany):
        for choice in result.choices:
            found |= all_numbers(database, choice.query)
    return found


EXAMPLES = settings(
    max_examples=120, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
SEEDS = st.integers(0, 10**9)


@EXAMPLES
@given(seed=SEEDS, kind=st.sampled_from([QueryKind.LOT, QueryKind.ANY]))
def test_a_sloppy_lot_finds_its_entry(ledger: Database, seed: int, kind: QueryKind) -> None:
    pick = random.Random(seed)
    row, lot = pick.choice(LOTS)
    words = sloppy_lot(lot, pick)
    assert row["ledger_no"] in all_numbers(ledger, Query(kind, words)), (row["lot"], words)


@EXAMPLES
@given(seed=SEEDS, kind=st.sampled_from([QueryKind.CONFIRMATION, QueryKind.ANY]))
def test_a_sloppy_number_finds_its_entry(ledger: Database, seed: int, kind: QueryKind) -> None:
    pick = random.Random(seed)
    row = pick.choice(SAMPLE)
    words = sloppy_number(row, pick)
    found = all_numbers(ledger, Query(kind, words))
    assert row["ledger_no"] in found, (row["confirmation_no"], words)


@EXAMPLES
@given(seed=SEEDS, kind=st.sampled_from([QueryKind.OWNER, QueryKind.ANY]))
def test_a_sloppy_owner_finds_its_entry(ledger: Database, seed: int, kind: QueryKind) -> None:
    pick = random.Random(seed)
    row = pick.choice(SAMPLE)
    words = sloppy_owner(row, pick)
    assert row["ledger_no"] in all_numbers(ledger, Query(kind, words)), (row["owner"], words)


@EXAMPLES
@given(seed=SEEDS)
def test_a_residential_address_finds_its_entry(ledger: Database, seed: int) -> None:
    pick = random.Random(seed)
    row = pick.choice([row for row in SAMPLE if row["residential_address"]])
    words = arabic(row["residential_address"]).translate(WIDE if pick.random() < 0.5 else {})
    assert row["ledger_no"] in all_numbers(ledger, Query(QueryKind.RESIDENTIAL, words)), words

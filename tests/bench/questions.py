"""A ledger of any size that nobody has seen, and what people ask of it: seeded, in every shape.

Like tests.bench.sloppy it shares nothing with the search. Every owner bears 見本.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from kiosk.domain.ledger import STANDARD_HEADINGS
from kiosk.domain.query import Query, QueryKind
from kiosk.domain.towns import town_name
from tests.bench import sloppy
from tests.bench.hostile import hostile_strings as _hostile_strings
from tests.bench.kinds import KINDS
from tests.bench.sloppy import Premise

hostile_strings = functools.lru_cache(maxsize=1)(_hostile_strings)
FIELDS = tuple(field for _, field in STANDARD_HEADINGS)
FIRST_YEAR, LAST_YEAR = 1952, 2025
_ERAS = ((2019, "令和", "R", 2018), (1989, "平成", "H", 1988), (1926, "昭和", "S", 1925))
_FIRST = (
    "佐鈴高髙田渡伊山中小斎齋加吉𠮷松井木林清池橋石岡長藤後近村遠青坂福太西金原平崎﨑辻葛浜濱沢澤"
)
_SECOND = "藤木橋中辺邊藤本村林田谷川野口部島嶋崎﨑内上下原山沢澤岡井"
_GIVEN_FIRST = "太一二三正和幸良健誠清実節洋恵久茂勝進弘真由美花桜櫻龍竜国國寿"
_GIVEN_SECOND = "郎子男雄代江美彦夫吉介之助枝香奈"
_COMPANIES = ("不動産", "建設", "工務店", "地所", "倉庫", "興業", "商事", "ハウジング", "開発")
_USES = ("一戸建ての住宅", "共同住宅", "長屋", "事務所", "倉庫", "店舗併用住宅")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row by the ledger's column names, and what it was made from."""

    ledger_no: str
    premise: Premise
    residential: bool
    year: int
    serial: int
    row: dict[str, str]

    @property
    def owner(self) -> str:
        return self.row["owner"]


def era_year(year: int) -> tuple[str, str, int]:
    """Name, letter and year of the era; of two eras in a year the later."""
    _, name, letter, before = next(one for one in _ERAS if year >= one[0])
    return name, letter, year - before


def _owner(dice: Random) -> str:
    if dice.random() < 0.15:
        name = f"{dice.choice(_FIRST)}{dice.choice(_SECOND)}見本{dice.choice(_COMPANIES)}"
        return dice.choice(("株式会社{}", "{}株式会社", "㈱{}", "有限会社{}")).format(name)
    surname = dice.choice(_FIRST) + dice.choice(_SECOND)
    given = dice.choice(_GIVEN_FIRST) + dice.choice(_GIVEN_SECOND)
    return f"{surname}{dice.choice(('　', ' ', ''))}見本{given}"


def entries(count: int, seed: int) -> Iterator[Entry]:
    """``count`` entries in the order of the file."""
    dice = Random(seed)
    places = sloppy.premises(dice)
    serials: dict[int, int] = {}
    for number in range(1, count + 1):
        premise = next(places)
        year = min(LAST_YEAR, FIRST_YEAR + int(abs(dice.gauss(0.6, 0.3)) * 70) % 74)
        serials[year] = serials.get(year, 0) + 1
        serial = serials[year]
        name, letter, said = era_year(year)
        residential = number % 3 == 0
        address = sloppy.recorded(premise, dice)
        row = dict.fromkeys(FIELDS, "") | {
            "ledger_no": f"B-{number:07}", "category": "建築物",
            "confirmation_no": dice.choice(
                (f"第{letter}{said:02}確認建築江戸川{serial:05}号", f"{name}{said}年第{serial}号",
                 f"第{serial}号", f"MIHON-{year % 100:02}{serial:06}")
            ),
            "confirmation_date": f"{name}{said}年{dice.randint(5, 12)}月{dice.randint(1, 28)}日",
            "owner": _owner(dice), "main_use": dice.choice(_USES), "structure": "木造",
            "residential_address" if residential else "lot": address,
        }  # fmt: skip
        yield Entry(row["ledger_no"], premise, residential, year, serial, row)


def write_book(path: Path, count: int, seed: int, keep_every: int = 1) -> list[Entry]:
    """Write the ledger as CSV; gives every ``keep_every``-th entry of it."""
    kept = []
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([heading for heading, _ in STANDARD_HEADINGS])
        for number, one in enumerate(entries(count, seed)):
            writer.writerow([one.row[field] for field in FIELDS])
            if number % keep_every == 0:
                kept.append(one)
    return kept


# --- questions ----------------------------------------------------------------------------------


def _kind(one: Entry, dice: Random) -> QueryKind:
    own = QueryKind.RESIDENTIAL if one.residential else QueryKind.LOT
    return dice.choice((own, QueryKind.ANY))


def _address(one: Entry) -> str:
    return one.row["residential_address"] or one.row["lot"]


def _sloppy(one: Entry, dice: Random) -> Query | None:
    words = KINDS[dice.choice(list(KINDS))](one.premise, dice)
    return Query(_kind(one, dice), words) if words else None


def _tapped(one: Entry, dice: Random) -> Query:
    town = town_name(one.premise.base, one.premise.chome)
    return Query(_kind(one, dice), "-".join(map(str, one.premise.numbers)), town)


def _name(one: Entry) -> str:
    name = one.owner
    for mark in ("株式会社", "有限会社", "㈱"):
        name = name.replace(mark, "")
    return name


def _misspelt(one: Entry, dice: Random) -> Query | None:
    name = _name(one).replace("　", "").replace(" ", "")
    at = dice.randrange(len(name))
    if name[at] in "見本" or len(name) < 5:
        return None
    other = dice.choice(("", "々"))
    return Query(QueryKind.OWNER, name[:at] + other + name[at + 1 :])


def _year_and_serial(one: Entry, dice: Random) -> Query:
    name, letter, said = era_year(one.year)
    if dice.random() < 0.5:
        return Query(QueryKind.CONFIRMATION, str(one.serial), year=one.year)
    return Query(
        dice.choice((QueryKind.CONFIRMATION, QueryKind.ANY)),
        dice.choice((f"{name}{said}年 {one.serial}", f"{one.year}年第{one.serial}号",
                     f"{letter}{said} {one.serial}")),
    )  # fmt: skip


def _hyphens(one: Entry) -> str:
    return one.premise.base + "-".join(map(str, one.premise.rest))


def _years(year: int) -> tuple[str, ...]:
    name, letter, said = era_year(year)
    return f"{name}{said}年", f"{letter}{said}年", f"{year}年", f"{name}{sloppy.kanji(said)}年"


def _plain_number(one: Entry, dice: Random) -> Query | None:
    """As somebody copies it who leaves out what seems to say nothing."""
    text = one.row["confirmation_no"]
    if text.startswith("第") and text[1:2].isdigit():
        return None  # such a number begins anew every year
    said = re.sub(r"(?<![0-9])0+(?=[0-9])", "", text.removeprefix("第").removesuffix("号"))
    said = dice.choice((said, said.lower(), said.translate(sloppy.WIDE)))
    return Query(dice.choice((QueryKind.CONFIRMATION, QueryKind.ANY)), said)


def _by_number(dice: Random) -> QueryKind:
    return dice.choice((QueryKind.CONFIRMATION, QueryKind.ANY))


def _piece(text: str, dice: Random) -> str:
    """A stretch of it, anywhere."""
    begin = dice.randrange(max(1, len(text)))
    return text[begin : begin + dice.randint(1, 8)]


#: Words that very many entries have, or that say nothing in a ledger of one ward.
_COMMON = (
    "見本", "見", "本", "住宅", "木造", "共同住宅", "一戸建ての住宅", "江戸川区", "東京都",
    "東京都江戸川区", "建築物", "株式会社", "郎", "藤", "東", "町", "丁目", "第", "号",
    "確認建築江戸川", "1", "1-1", "の",
)  # fmt: skip
#: Name of a shape -> a question made from an entry that it shall lead to.
SHAPES = {
    "address as recorded": lambda one, dice: Query(_kind(one, dice), _address(one)),
    "address, sloppy": _sloppy,
    "town tapped, number typed": _tapped,
    "number as recorded": lambda one, dice: Query(
        dice.choice((QueryKind.CONFIRMATION, QueryKind.ANY)), one.row["confirmation_no"]
    ),
    "year and serial": _year_and_serial,
    "owner as recorded": lambda one, dice: Query(
        dice.choice((QueryKind.OWNER, QueryKind.ANY)), one.owner
    ),
    "owner and town": lambda one, _: Query(
        QueryKind.OWNER, _name(one)[:2], town_name(one.premise.base, one.premise.chome)
    ),
    "owner and year": lambda one, _: Query(QueryKind.OWNER, _name(one)[:3], year=one.year),
    "owner with one character wrong": _misspelt,
    "owner, town and year": lambda one, _: Query(
        QueryKind.OWNER, _name(one)[:1], town_name(one.premise.base, one.premise.chome), one.year
    ),
    "tapped town and year": lambda one, dice: Query(
        _kind(one, dice),
        "-".join(map(str, one.premise.numbers)),
        town_name(one.premise.base, one.premise.chome),
        one.year,
    ),
    "number without its zeros and marks": _plain_number,
    "address and year in words": lambda one, dice: Query(
        QueryKind.ANY, f"{_hyphens(one)} {dice.choice(_years(one.year))}"
    ),
    "address and owner": lambda one, _: Query(QueryKind.ANY, f"{_hyphens(one)} {_name(one)[:2]}"),
}
#: Shapes that so many entries answer that theirs need not be on the list.
BROAD = {
    "serial alone": lambda one, _: Query(QueryKind.CONFIRMATION, str(one.serial)),
    "owner, two characters": lambda one, _: Query(QueryKind.OWNER, _name(one)[:2]),
    "owner, one character": lambda one, _: Query(QueryKind.OWNER, _name(one)[:1]),
    "the mark of the sample": lambda one, _: Query(QueryKind.OWNER, "見本"),
    "town alone": lambda one, dice: Query(_kind(one, dice), one.premise.base),
    "town and year": lambda one, dice: Query(_kind(one, dice), one.premise.base, year=one.year),
    "a town that never was": lambda one, _: Query(
        QueryKind.ANY, f"見本新田{'-'.join(map(str, one.premise.rest))}"
    ),
    "one character": lambda one, dice: Query(
        dice.choice(list(QueryKind)), dice.choice(_address(one) + one.owner + "０5一のーA")
    ),
    "a digit or two": lambda one, dice: Query(
        dice.choice((QueryKind.CONFIRMATION, QueryKind.ANY)),
        str(one.serial % dice.choice((10, 99))),
    ),
    "a year and nothing else": lambda one, dice: Query(
        _by_number(dice), dice.choice(_years(one.year))
    ),
    "a piece of a number": lambda one, dice: Query(
        dice.choice((QueryKind.CONFIRMATION, QueryKind.ANY)),
        _piece(one.row["confirmation_no"], dice),
    ),
    "a piece of a name": lambda one, dice: Query(
        dice.choice((QueryKind.OWNER, QueryKind.ANY)), _piece(one.owner, dice)
    ),
    "a piece of an address": lambda one, dice: Query(_kind(one, dice), _piece(_address(one), dice)),
    "what every entry has": lambda one, dice: Query(
        dice.choice((QueryKind.OWNER, QueryKind.ANY)),
        dice.choice(_COMMON),
        dice.choice((None, None, one.premise.base)),
        dice.choice((None, None, one.year)),
    ),
    "two common words": lambda one, dice: Query(
        dice.choice((QueryKind.OWNER, QueryKind.ANY)), " ".join(dice.choices(_COMMON, k=2))
    ),
    "a number nobody has": lambda one, dice: Query(
        _by_number(dice),
        f"{dice.choice(('第', 'H15確認建築江戸川', '平成3年 ', 'MIHON-99'))}{10**8 + one.serial}",
    ),
    "a lot nobody has": lambda one, dice: Query(
        _kind(one, dice), f"{one.premise.base}{dice.randint(5000, 99999)}-{one.serial}"
    ),
    "a town nearly, a lot nobody has": lambda one, dice: Query(
        QueryKind.ANY, f"{dice.choice('条羽沼浅')}{one.premise.base[1:]}{7000 + one.serial}"
    ),
    "a long name nearly": lambda one, dice: Query(
        dice.choice((QueryKind.OWNER, QueryKind.ANY)),
        _name(one) + dice.choice(("見本", "藤田", "太")),
    ),
    "hostile": lambda _one, dice: Query(
        dice.choice(list(QueryKind)),
        dice.choice(hostile_strings()),
        dice.choice((None, None, "中央一丁目", dice.choice(hostile_strings()))),
        dice.choice((None, None, 2003, -1)),
    ),
    "a name nobody has": lambda one, dice: Query(
        QueryKind.OWNER, f"{dice.choice('鬱彅麤')}{_name(one)[1:]}{dice.choice('鬱彅麤')}"
    ),
    "use in a town": lambda one, _: Query(
        QueryKind.ANY, f"{one.premise.base} {one.row['main_use']}"
    ),
    "beginning of an address": lambda one, dice: Query(
        QueryKind.ANY, _address(one)[: dice.randint(1, len(_address(one)))]
    ),
    "beginning of a name": lambda one, dice: Query(
        QueryKind.ANY, one.owner[: dice.randint(1, len(one.owner))]
    ),
    "beginning of a number": lambda one, dice: Query(
        QueryKind.ANY,
        one.row["confirmation_no"][: dice.randint(1, len(one.row["confirmation_no"]))],
    ),
}


def questions(
    book: list[Entry], seed: int, broad: float = 0.05
) -> Iterator[tuple[str, Query, Entry]]:
    """Endless: the shape's name, the question, the entry it was made from."""
    dice = Random(seed)
    while True:
        shapes = BROAD if dice.random() < broad else SHAPES
        name = dice.choice(list(shapes))
        one = dice.choice(book)
        query = shapes[name](one, dice)
        if query is not None:
            yield name, query, one

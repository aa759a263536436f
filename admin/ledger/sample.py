"""The sample ledger: invented entries on the ward's real towns, with every kind of difficulty.

Generations of confirmation on one lot, plan changes, lifts and structures with numbers of their
own, entries without a final inspection, eras back to 昭和, dates known in part, glyph variants,
addresses written in every manner. The same arguments give the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from admin.ledger import sample_parts as parts
from kiosk.domain.eras import wareki_year
from kiosk.domain.ledger import STANDARD_HEADINGS, Category
from kiosk.domain.towns import Town, ward_towns

FIRST_YEAR, LAST_YEAR = 1951, 2025
_SHORT = {Category.BUILDING: "建築", Category.LIFT: "昇降機", Category.STRUCTURE: "工作物"}
#: 住居表示 came to most of the ward in these years.
_RESIDENTIAL_FROM = 1968

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Site:
    """A piece of land: the town, its lot and its 街区 and 住居番号."""

    town: Town
    lot: tuple[int, ...]
    block: int
    house: int


class _Numbers:
    """Serial numbers, anew every year and category as the ward counts them."""

    def __init__(self) -> None:
        self._last: dict[tuple[object, ...], int] = {}

    def next(self, *key: object) -> int:
        self._last[key] = self._last.get(key, 0) + 1
        return self._last[key]


class _Maker:
    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - invented rows, not secrets
        self._numbers = _Numbers()
        towns = list(ward_towns())
        self._random.shuffle(towns)
        self._towns = towns

    # --- places ---------------------------------------------------------------------------------

    def site(self, number: int) -> _Site:
        r = self._random
        lot = (r.randint(1, 60),) if r.random() < 0.2 else (r.randint(1, 60), r.randint(1, 40))
        if not self._towns[number % len(self._towns)].chome:
            lot = (r.randint(100, 2999), *lot[1:])
        return _Site(
            self._towns[number % len(self._towns)], lot, r.randint(1, 40), r.randint(1, 30)
        )

    def lot(self, site: _Site, year: int) -> str:
        r = self._random
        first, *more = site.lot
        style = r.random()
        chome = site.town.chome
        if year < _RESIDENTIAL_FROM and chome and style < 0.5:  # before 丁目: one number, 番地
            text = f"{site.town.base}{first + 1000}番地" + "".join(f"の{n}" for n in more)
        elif style < 0.6 or (not chome and style < 0.8):
            text = f"{site.town.name}{first}番" + "の".join(map(str, more))
        elif style < 0.7:
            text = f"{site.town.name}{first}番地" + "".join(f"の{n}" for n in more)
        elif style < 0.8:
            text = f"江戸川区{site.town.name}{parts.full_width(f'{first}番')}" + parts.full_width(
                "-".join(map(str, more))
            )
        elif style < 0.9 and chome:
            text = f"{site.town.base}{chome}丁目{'-'.join(map(str, site.lot))}"
        elif chome:
            text = site.town.base + "-".join(map(str, (chome, *site.lot)))
        else:
            text = site.town.name + parts.kanji_number(first % 100 or 1) + "番"
        return text + self._more_lots(first)

    def _more_lots(self, first: int) -> str:
        r = self._random
        extra = r.random()
        if extra < 0.04:
            return f"、{first}番{r.randint(41, 60)}"
        if extra < 0.07:
            return f"　外{r.randint(1, 4)}筆"
        return "の一部" if extra < 0.09 else ""

    def residential(self, site: _Site, year: int) -> str:
        r = self._random
        if not site.town.chome or year < _RESIDENTIAL_FROM or r.random() < 0.25:
            return ""
        if r.random() < 0.7:
            return f"{site.town.name}{site.block}番{site.house}号"
        return f"{site.town.base}{site.town.chome}-{site.block}-{site.house}"

    # --- numbers --------------------------------------------------------------------------------

    def issued(self, day: date, category: Category) -> tuple[str, str]:
        """A confirmation's number and who gave it."""
        r = self._random
        era, year = wareki_year(day)
        if day.year > parts.AGENCY_FROM and r.random() < 0.6:
            issuer, form = r.choice(parts.AGENCIES)
            n = self._numbers.next(issuer, day.year if "yy" in form else 0)
            return form.format(yy=day.year % 100, n=n), issuer
        n = self._numbers.next(category, day.year)
        issuer = parts.WARD_ISSUER if day.year >= parts.WARD_FROM else parts.OLD_ISSUER
        if day.year < 1970:
            return f"第{n}号", issuer
        if day.year < 1989:
            return f"{era.name}{year}年第{n}号", issuer
        return f"第{era.letter}{year:02}確認{_SHORT[category]}江戸川{n:05}号", issuer

    # --- rows -----------------------------------------------------------------------------------

    def confirmation(self, site: _Site, day: date, category: Category, owner: str) -> Row:
        r = self._random
        number, issuer = self.issued(day, category)
        above = min(int(r.paretovariate(1.3)) + 1, 14)
        site_area = r.uniform(50, 120) * above
        row: Row = {
            "category": category.value,
            "confirmation_no": number,
            "confirmation_date": parts.recorded_day(r, day),
            "confirmation_issuer": issuer,
            "owner": owner,
            "lot": self.lot(site, day.year),
            "residential_address": self.residential(site, day.year),
            "main_use": parts.weighted(r, parts.USES),
            "work_kind": parts.weighted(r, parts.WORKS),
            "structure": parts.weighted(r, parts.STRUCTURES),
            "storeys_above": str(above),
            "storeys_below": "1" if above > 4 and r.random() < 0.3 else "",
            "site_area": parts.area(r, site_area, site_area * 1.2),
            "building_area": parts.area(r, site_area * 0.4, site_area * 0.6),
            "total_floor_area": parts.area(r, site_area * 0.8, site_area * 2),
        }
        parts.make_buildable(row)
        if category is not Category.BUILDING:
            row |= {
                "main_use": "乗用エレベーター" if category is Category.LIFT else "",
                "structure": "" if category is Category.LIFT else r.choice(("鉄骨造", "擁壁 RC造")),
                "storeys_above": "", "storeys_below": "", "site_area": "", "building_area": "",
                "total_floor_area": "", "work_kind": r.choice(("新設", "新築")),
                "remarks": "昇降機" if category is Category.LIFT else "高さ2mを超える擁壁",
            }  # fmt: skip
        return row

    def inspect(self, row: Row, day: date, category: Category) -> None:
        """Most were inspected; the older the fewer, and the ledger does not say why."""
        r = self._random
        if r.random() > (0.35 if day.year < 1985 else 0.6 if day.year < 2000 else 0.93):
            return
        done = min(day + timedelta(days=r.randint(90, 500)), date(LAST_YEAR, 12, 28))
        era, year = wareki_year(done)
        n = self._numbers.next("inspection", category, done.year)
        row["inspection_no"] = (
            f"第{era.letter}{year:02}検済{_SHORT[category]}江戸川{n:05}号"
            if done.year >= 1989
            else f"第{n}号"
        )
        row["inspection_date"] = parts.recorded_day(r, done)
        row["inspection_issuer"] = row["confirmation_issuer"]

    def plan_change(self, row: Row, day: date, category: Category) -> Row:
        """A change of ``row``: by 変N of its number, or by a number of its own and a remark."""
        r = self._random
        changed = dict(row)
        number = row["confirmation_no"]
        later = day + timedelta(days=r.randint(20, 90))
        if number.endswith("号") and r.random() < 0.7:
            changed["confirmation_no"] = number.removesuffix("号") + "変1号"
        else:
            changed["confirmation_no"], changed["confirmation_issuer"] = self.issued(
                later, category
            )
            changed["remarks"] = f"計画変更。当初確認番号：{number}"
        changed["work_kind"] = f"{row['work_kind']}（計画変更）"
        changed["confirmation_date"] = parts.recorded_day(r, later)
        return changed

    def generation(self, site: _Site, day: date) -> Iterator[Row]:
        """One building's life in the ledger: confirmation, changes, lift, structure."""
        r = self._random
        owner = parts.owner(r)
        row = self.confirmation(site, day, Category.BUILDING, owner)
        if r.random() < 0.09:
            yield self.plan_change(row, day, Category.BUILDING)
        fate = r.random()
        if fate < 0.015:
            row["remarks"] = "工事取り止め届 受理"
        elif fate < 0.03:
            row["remarks"] = "台帳は原本画像のみ"
        else:
            self.inspect(row, day, Category.BUILDING)
        yield row
        for category, chance in ((Category.LIFT, 0.10), (Category.STRUCTURE, 0.05)):
            if r.random() < chance:
                other = self.confirmation(site, day + timedelta(days=14), category, owner)
                self.inspect(other, day, category)
                yield other

    def rows(self) -> Iterator[Row]:
        """Endless: site after site, one to three generations on each."""
        r = self._random
        number = 0
        while True:
            site = self.site(number)
            number += 1
            years = sorted(r.sample(range(FIRST_YEAR, LAST_YEAR), r.choice((1, 1, 1, 2, 2, 3))))
            for year in years:
                yield from self.generation(
                    site, date(year, 1, 4) + timedelta(days=r.randint(0, 355))
                )


def sample_rows(entries: int, seed: int) -> Iterator[Row]:
    """``entries`` rows by the ledger's column names."""
    made = _Maker(seed).rows()
    for number in range(1, entries + 1):
        row = next(made)
        yield {
            **{field: row.get(field, "") for _, field in STANDARD_HEADINGS},
            "ledger_no": f"見本-{number:06}",
        }


def write_sample(path: Path, entries: int, seed: int) -> None:
    """Write the sample as CSV in UTF-8 with BOM, CRLF: what spreadsheets open rightly."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([heading for heading, _ in STANDARD_HEADINGS])
        fields = [field for _, field in STANDARD_HEADINGS]
        for row in sample_rows(entries, seed):
            writer.writerow([row[field] for field in fields])

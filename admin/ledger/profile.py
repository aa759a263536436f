"""A profile: how the columns of one kind of file become the columns of the ledger."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from admin.db.ledger_tables import RECORDED_FIELDS
from admin.ledger.words import refusal
from kiosk.domain.assets import AssetMissingError, asset_path
from kiosk.domain.ledger import Category, NotCertifiable


class Profile(BaseModel):
    """One YAML file of assets/profiles/."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    columns: dict[str, list[str]]
    ignored: list[str] = []
    categories: dict[str, Category]
    no_date: list[str] = []
    not_certifiable: dict[NotCertifiable, list[str]] = {}

    @model_validator(mode="after")
    def _whole(self) -> Profile:
        if set(self.columns) != set(RECORDED_FIELDS) or not all(self.columns.values()):
            raise ValueError("columns must name every column of the ledger")
        return self

    def heading(self, field: str) -> str:
        """The heading shown to people."""
        return self.columns[field][0]


@dataclass(frozen=True, slots=True)
class ProfileFault:
    """Why a profile cannot be used, as a sentence."""

    sentence: str


def flat_heading(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def known_profiles() -> list[str]:
    try:
        return sorted(path.stem for path in asset_path("profiles").glob("*.yaml"))
    except AssetMissingError:
        return []


def load_profile(name: str) -> Profile | ProfileFault:
    """The profile of that name, or the path of a YAML file when the name ends in ``.yaml``."""
    known = known_profiles()
    if name.endswith((".yaml", ".yml")):
        path = Path(name)
    elif name in known:
        path = asset_path("profiles", f"{name}.yaml")
    else:
        return ProfileFault(refusal("no_profile", profile=name, known="、".join(known)))
    try:
        return Profile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        return ProfileFault(refusal("bad_profile", profile=name, detail=error.strerror))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "columns"
        return ProfileFault(refusal("bad_profile", profile=name, detail=where))
    except (yaml.YAMLError, UnicodeDecodeError):
        return ProfileFault(refusal("bad_profile", profile=name, detail="YAML"))


def map_headings(profile: Profile, headings: Sequence[str]) -> list[str | None] | ProfileFault:
    """For each column of the file the ledger's column, None where it is ignored; or what is wrong.

    Trailing columns without a heading are ignored: spreadsheets leave them.
    """
    wanted = {flat_heading(one): field for field, names in profile.columns.items() for one in names}
    ignored = {flat_heading(one) for one in profile.ignored} | {""}
    flat = [flat_heading(one) for one in headings]
    fields = [wanted.get(one) for one in flat]
    missing = [profile.heading(field) for field in RECORDED_FIELDS if field not in fields]
    if missing:
        return ProfileFault(refusal("headings_missing", headings="、".join(missing)))
    unknown = [
        given for given, one, field in zip(headings, flat, fields, strict=True)
        if field is None and one not in ignored
    ]  # fmt: skip
    if unknown:
        return ProfileFault(refusal("headings_unknown", headings="、".join(unknown)[:200]))
    twice = [profile.heading(field) for field in RECORDED_FIELDS if fields.count(field) > 1]
    if twice:
        return ProfileFault(refusal("headings_twice", headings="、".join(twice)))
    return fields

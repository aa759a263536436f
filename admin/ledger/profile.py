"""A profile: how the columns of one kind of file become the columns of the ledger."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from admin.db.ledger_tables import RECORDED_FIELDS
from admin.ledger.converters import CONVERTERS
from admin.ledger.words import refusal
from kiosk.domain.assets import AssetMissingError, asset_path
from kiosk.domain.ledger import STANDARD_HEADINGS, Category, DispositionKind, NotCertifiable

#: What a converter can be named for beside the ledger's own columns.
_DISPOSITION_FIELDS = ("disposition_number", "disposition_date")
_SHOWN = {field: heading for heading, field in STANDARD_HEADINGS} | {
    "disposition_number": "番号", "disposition_date": "年月日",
}  # fmt: skip
#: Longest profile that is read, in characters.
BODY_LIMIT = 64_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parts(_Part):
    """One column of the ledger that the file spreads over several, in order; blanks are left out.

    Several lots, owners or 住居表示 are lines of their own: the default ``join``.
    """

    headings: list[str] = Field(min_length=1)
    join: str = Field(default="\n", max_length=3)


class DispositionColumns(_Part):
    """A group of columns that holds one disposition; the group may stand there several times."""

    kind: DispositionKind
    number: str = ""
    date: str = ""
    issuer: str = ""
    detail: str = ""

    @model_validator(mode="after")
    def _whole(self) -> DispositionColumns:
        if not (self.number or self.date or self.issuer or self.detail):
            raise ValueError("a disposition needs a column")
        return self


class FurtherRows(_Part):
    """Dispositions in rows of their own, right below the row of their 台帳番号.

    ``heading`` is the column that tells them apart; ``kinds`` says what stands in it.
    """

    heading: str
    kinds: dict[str, DispositionKind] = Field(min_length=1)
    number: str = ""
    date: str = ""
    issuer: str = ""
    detail: str = ""


class Profile(_Part):
    """One YAML file of assets/profiles/, or one that staff saved."""

    name: str = Field(min_length=1, max_length=64)
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    #: Of an XLSX file; empty: the first that has the headings; ``*``: every one that has them.
    sheet: str = Field(default="", max_length=31)
    #: Line of the headings; None: the first line that has them; 0: there are none, and columns are
    #: named by their place (``@1``).
    header_row: int | None = Field(default=None, ge=0, le=100)
    #: 2: a heading is what stands in two rows above each other, as in merged headings.
    header_rows: int = Field(default=1, ge=1, le=2)
    columns: dict[str, list[str]]
    several: dict[str, Parts] = {}
    fixed: dict[str, str] = {}
    source_page: list[str] = []
    extra: list[str] = []
    converters: dict[str, list[str]] = {}
    codes: dict[str, dict[str, str]] = {}
    dispositions: list[DispositionColumns] = []
    further_rows: FurtherRows | None = None
    ignored: list[str] = []
    categories: dict[str, Category]
    no_date: list[str] = []
    not_certifiable: dict[NotCertifiable, list[str]] = {}
    #: Columns, or headings of ``extra``, in which the words of ``not_certifiable`` are looked for.
    not_certifiable_in: list[str] = ["remarks", "work_kind"]

    @model_validator(mode="after")
    def _whole(self) -> Profile:
        named = [*self.columns, *self.several, *self.fixed]
        for field in named:
            if field not in RECORDED_FIELDS:
                raise ValueError(f"{field} is no column of the ledger")
            if named.count(field) > 1:
                raise ValueError(f"{field} is named twice")
        if not all(self.columns.values()):
            raise ValueError("a column needs a heading")
        for field in ("ledger_no", "category"):
            if field not in named:
                raise ValueError(f"{field} must be named")
        if "ledger_no" in self.fixed:
            raise ValueError("ledger_no cannot be the same in every row")
        for field, names in self.converters.items():
            if field not in (*RECORDED_FIELDS, *_DISPOSITION_FIELDS):
                raise ValueError(f"{field} is no column of the ledger")
            unknown = [name for name in names if name not in CONVERTERS]
            if unknown:
                raise ValueError(f"no converter is called {unknown[0]}")
        if not set(self.codes) <= set(RECORDED_FIELDS):
            raise ValueError("codes must be of columns of the ledger")
        return self

    def wanted(self) -> list[tuple[str, ...]]:
        """The columns that a file must have, each with the headings that may stand over it."""
        groups: list[DispositionColumns | FurtherRows] = [*self.dispositions]
        groups += [self.further_rows] if self.further_rows else []
        parts = [(one.number, one.date, one.issuer, one.detail) for one in groups]
        single = [
            *(heading for one in self.several.values() for heading in one.headings),
            *self.extra,
            *(heading for group in parts for heading in group if heading),
            *([self.further_rows.heading] if self.further_rows else []),
        ]
        pages = [tuple(self.source_page)] if self.source_page else []
        return [*map(tuple, self.columns.values()), *pages, *((one,) for one in single)]

    def heading(self, field: str) -> str:
        """The heading shown to people."""
        if field in self.columns:
            return self.columns[field][0]
        if field in self.several:
            return self.several[field].headings[0]
        return _SHOWN[field]


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
        return read_profile(name, path.read_text(encoding="utf-8"))
    except OSError as error:
        return ProfileFault(refusal("bad_profile", profile=name, detail=error.strerror))
    except UnicodeDecodeError:
        return ProfileFault(refusal("bad_profile", profile=name, detail="YAML"))


def read_profile(name: str, body: str) -> Profile | ProfileFault:
    """The profile that this YAML text says, checked against the schema."""
    if len(body) > BODY_LIMIT:
        return ProfileFault(refusal("bad_profile", profile=name, detail="長さ"))
    try:
        return Profile.model_validate(yaml.safe_load(body))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = first["msg"].removeprefix("Value error, ")
        detail = f"{where}: {said}" if where else said
        return ProfileFault(refusal("bad_profile", profile=name, detail=detail[:200]))
    except (yaml.YAMLError, RecursionError):
        return ProfileFault(refusal("bad_profile", profile=name, detail="YAML"))


def profile_text(profile: Profile) -> str:
    """The profile as YAML, for keeping it."""
    said = profile.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False)

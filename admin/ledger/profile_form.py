"""A profile made by matching: a choice for each column of a sample, guessed first, then chosen.

A column of a disposition (中間検査 and the like) is chosen as ``kind.part``; the second time that
one is chosen, from the left, it belongs to the second such disposition of an entry.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from admin.db.ledger_tables import RECORDED_FIELDS
from admin.ledger.converters import CONVERTERS
from admin.ledger.profile import Profile, ProfileFault, flat_heading, load_profile, read_profile
from admin.ledger.words import DISPOSITIONS, refusal
from kiosk.domain.ledger import STANDARD_HEADINGS, Category, DispositionKind

#: Choices beside the ledger's own columns.
IGNORE, KEEP, PAGE = "ignore", "keep", "source_page"
NAME = re.compile(r"[\w（）()・-]{1,40}")

#: What a heading of another system may be called, folded; the standard heading first.
_ALSO: Mapping[str, tuple[str, ...]] = {
    "ledger_no": ("整理番号", "管理番号"),
    "category": ("種別", "台帳区分"),
    "confirmation_no": ("確認済証番号", "建築確認番号"),
    "confirmation_date": ("確認済証交付年月日", "確認済証年月日", "確認済年月日", "確認日"),
    "confirmation_issuer": ("確認済証交付者", "確認済証交付者名"),
    "inspection_no": ("検査済証番号",),
    "inspection_date": ("検査済証交付年月日", "検査済証年月日", "検査日"),
    "inspection_issuer": ("検査済証交付者", "検査済証交付者名"),
    "owner": ("建築主氏名", "建築主名", "建築主等の氏名"),
    "lot": ("敷地の地名地番", "敷地地名地番", "地番", "建築場所"),
    "residential_address": ("住所", "敷地の住居表示"),
    "main_use": ("用途", "建築物の用途"),
    "work_kind": ("工事の種別", "工事区分"),
    "structure": ("構造種別",),
    "storeys_above": ("階数（地上階数）", "階数(地上)", "地上"),
    "storeys_below": ("階数（地下階数）", "階数(地下)", "地下"),
    "site_area": ("敷地面積（㎡）",),
    "building_area": ("建築面積（㎡）",),
    "total_floor_area": ("延べ面積（㎡）", "延床面積", "延べ床面積"),
    "remarks": ("摘要", "特記事項"),
    PAGE: ("頁", "ページ", "簿冊・頁", "冊・頁"),
}
_WORDS: Mapping[str, str] = {
    "era_code": "元号の数字（4150601 → 平成15年6月1日）",
    "excel_day": "Excel の日数（37773 → 平成15年6月1日）",
    "whole_number": "整数にする（2.0 → 2）",
    "decimal_number": "桁区切りと全角を直す（１,２３４ → 1234）",
    "hundredths": "小数2桁が入っている（0012345 → 123.45）",
    "without_unit": "単位を除く（120.5㎡ → 120.5）",
    "tsubo": "坪を㎡にする",
    "blank_zero": "0 は空にする",
}
CONVERTER_WORDS = {name: _WORDS[name] for name in CONVERTERS}


#: Parts of a disposition that a column can hold, by kind, with the headings that say so.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "number": ("番号",), "date": ("年月日", "日付", "日"), "issuer": ("交付者",),
    "detail": ("内容", "特定工程", "理由"),
}  # fmt: skip
_SHORT = ("date", "detail")  # all that is known of a minor change, a cancellation, a removal
_LONG = (DispositionKind.PLAN_CHANGE, DispositionKind.INTERMEDIATE)


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of one column of the file."""

    heading: str
    field: str  # a column of the ledger, ``kind.part``, or IGNORE, KEEP, PAGE
    converter: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the table stands in the file. ``header_row`` None: the first line that fits."""

    sheet: str = ""
    header_row: int | None = None
    header_rows: int = 1
    delimiter: str = ","


_PLAIN = Shape()


def _dispositions() -> list[tuple[str, str]]:
    return [
        (f"{kind.value}.{part}", f"{DISPOSITIONS[kind.value]}の{_PARTS[part][0]}")
        for kind in DispositionKind
        for part in (_PARTS if kind in _LONG else _SHORT)
    ]


def fields_with_words() -> list[tuple[str, str]]:
    """Everything that may be chosen for a column, with its word."""
    return [
        *((field, heading) for heading, field in STANDARD_HEADINGS),
        *_dispositions(),
        (PAGE, "簿冊・頁"),
        (KEEP, "そのまま残す"),
        (IGNORE, "使わない"),
    ]


def _known() -> dict[str, str]:
    """What a heading says, folded."""
    known = {flat_heading(heading): field for heading, field in STANDARD_HEADINGS}
    for field, names in _ALSO.items():
        known |= {flat_heading(name): field for name in names}
    for choice, _ in _dispositions():
        kind, part = choice.split(".")
        known |= {DISPOSITIONS[kind] + word: choice for word in _PARTS[part]}
        known |= {f"{DISPOSITIONS[kind]}済証{word}": choice for word in _PARTS[part]}
    return known | {"特定工程": f"{DispositionKind.INTERMEDIATE.value}.detail"}


def guess(headings: Sequence[str]) -> list[Choice]:
    """The likely choice for each heading; a column that nothing is known of is kept as it is.

    Headings are the file's own, made different where two are the same (``distinct``).
    """
    known = _known()
    choices = []
    for heading in headings:
        flat = re.sub(r"#[0-9]+$", "", flat_heading(heading))
        found = known.get(flat) or known.get(re.sub(r"[0-9]+$", "", flat))
        choices.append(Choice(heading, found or (KEEP if flat else IGNORE)))
    return choices


def recognised(headings: Sequence[str]) -> int:
    """How many different columns of the ledger a row of headings is seen to name."""
    return len({one.field for one in guess(headings)} - {KEEP, IGNORE})


def distinct(headings: Sequence[str], filled: Sequence[bool]) -> list[str]:
    """The headings as a profile names them: the n-th of several, and by place where there is none.

    ``filled``: whether any row has text in the column; an empty column without a heading is "".
    """
    flat = [flat_heading(one) for one in headings]
    named = []
    for at, one in enumerate(flat):
        if not one:
            named.append(f"@{at + 1}" if filled[at] else "")
        elif flat.count(one) > 1:
            named.append(f"{headings[at].strip()}#{flat[: at + 1].count(one)}")
        else:
            named.append(" ".join(headings[at].split()))
    return named


def read_codes(text: str) -> dict[str, str]:
    """``1=木造`` a line; lines that say nothing are left out."""
    codes = {}
    for line in text.splitlines():
        code, mark, meaning = line.partition("=")
        if mark and code.strip():
            codes[unicodedata.normalize("NFKC", code.strip())] = meaning.strip()
    return codes


def _fault(
    chosen: Mapping[str, list[str]], categories: Mapping[str, str], fixed_category: str
) -> ProfileFault | None:
    """What a person has to choose yet."""
    if "ledger_no" not in chosen:
        return ProfileFault(refusal("match_needed", heading="台帳番号"))
    if "category" not in chosen and not fixed_category:
        return ProfileFault(refusal("match_needed", heading="区分"))
    if not set(categories.values()) <= set(Category):
        return ProfileFault(refusal("category_code", known="、".join(Category)))
    return None


def build(
    name: str,
    choices: Sequence[Choice],
    categories: Mapping[str, str],
    fixed_category: str,
    shape: Shape = _PLAIN,
) -> Profile | ProfileFault:
    """The profile that the choices make. Words that keep from certifying are the standard's."""
    standard = load_profile("standard")
    if isinstance(standard, ProfileFault):
        return standard
    chosen: dict[str, list[str]] = {}
    for one in choices:
        chosen.setdefault(one.field, []).append(one.heading)
    fault = _fault(chosen, categories, fixed_category)
    if fault is not None:
        return fault
    body: dict[str, Any] = {
        "name": name,
        "delimiter": shape.delimiter,
        "sheet": shape.sheet,
        "header_row": shape.header_row,
        "header_rows": shape.header_rows,
        "columns": {f: chosen[f] for f in RECORDED_FIELDS if len(chosen.get(f, ())) == 1},
        "several": {
            f: {"headings": chosen[f]} for f in RECORDED_FIELDS if len(chosen.get(f, ())) > 1
        },
        "source_page": chosen.get(PAGE, [])[:1],
        "extra": [*chosen.get(KEEP, []), *chosen.get(PAGE, [])[1:]],
        "dispositions": _groups(chosen),
        "ignored": [one for one in chosen.get(IGNORE, []) if one],
        "converters": _converters(choices),
        "categories": {**{one.value: one.value for one in Category}, **categories},
        "no_date": standard.no_date,
        "not_certifiable": {
            reason.value: words for reason, words in standard.not_certifiable.items()
        },
    }
    if fixed_category and "category" not in chosen:
        body["fixed"] = {"category": fixed_category}
    return read_profile(name, yaml.safe_dump(body, allow_unicode=True))


def _groups(chosen: Mapping[str, list[str]]) -> list[dict[str, str]]:
    """The first column of each part makes the first disposition of its kind, and so on."""
    groups = []
    for kind in DispositionKind:
        parts = {part: chosen.get(f"{kind.value}.{part}", []) for part in _PARTS}
        for at in range(max(map(len, parts.values()))):
            said = {part: columns[at] for part, columns in parts.items() if at < len(columns)}
            groups.append({"kind": kind.value, **said})
    return groups


def _converters(choices: Sequence[Choice]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in choices:
        part = one.field.rpartition(".")[2]
        field = f"disposition_{part}" if "." in one.field else one.field
        if one.converter and (field in RECORDED_FIELDS or part in ("number", "date")):
            found[field] = [one.converter]
    return found

"""The applicant (申請者) of one application: five items, and nothing that is not valid."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from enum import StrEnum


class ApplicantKind(StrEnum):
    INDIVIDUAL = "individual"  # 個人
    CORPORATION = "corporation"  # 法人


class FieldFault(StrEnum):
    """What is wrong with an item; the sentence for it is ``applicant.<field>.<fault>``."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    SHAPE = "shape"
    CONTROL = "control"  # a character that is not text


FIELD_ORDER = ("corporation_name", "name", "postal_code", "address", "phone")
MAX_LENGTH = {"corporation_name": 120, "name": 80, "postal_code": 8, "address": 200, "phone": 20}


@dataclass(frozen=True, slots=True)
class ApplicantDraft:
    """What has been typed so far, as typed. Its repr shows lengths, never the text."""

    kind: ApplicantKind = ApplicantKind.INDIVIDUAL
    corporation_name: str = ""
    name: str = ""
    postal_code: str = ""
    address: str = ""
    phone: str = ""

    def with_field(self, field: str, text: str) -> ApplicantDraft:
        if field not in FIELD_ORDER:
            raise ValueError(f"no such item: {field}")
        return replace(self, **{field: text})  # type: ignore[arg-type]

    def __repr__(self) -> str:
        sizes = ", ".join(f"{name}={len(getattr(self, name))}" for name in FIELD_ORDER)
        return f"ApplicantDraft({self.kind.value}, {sizes})"


@dataclass(frozen=True, slots=True)
class Applicant:
    """A valid applicant. ``postal_code`` is ``132-8501``, ``phone`` digits with hyphens.

    Build with :func:`check_applicant`; the constructor refuses anything that it would refuse.
    """

    kind: ApplicantKind
    corporation_name: str | None
    name: str
    postal_code: str
    address: str
    phone: str

    def __post_init__(self) -> None:
        draft = ApplicantDraft(
            self.kind,
            self.corporation_name or "",
            self.name,
            self.postal_code,
            self.address,
            self.phone,
        )
        if field_faults(draft):
            raise ValueError("not a valid applicant")

    def __repr__(self) -> str:
        return f"Applicant({self.kind.value})"


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー－ｰ─━"), "-")
# U+FF70 and U+30FC are long marks in names; here, between digits, they are hyphens.


#: What stands between the groups of a telephone number, and is no dash.
_PHONE_SIGNS = dict.fromkeys(map(ord, "().・･/_~〜～"), "-")


def _half_width(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).strip()


def normal_text(text: str) -> str:
    """A typed line with outer and repeated blanks tidied; glyphs and variants stay as they are."""
    return re.sub(r"[ \t\u3000]+", lambda m: m.group()[0], text.strip(" \t\r\n\u3000"))


def normal_postal_code(text: str) -> str | None:
    """``1328501``, ``〒132－8501`` and the like to ``132-8501``; None if it is not seven digits."""
    found = re.fullmatch(r"〒?\s*([0-9]{3})[- ]?([0-9]{4})", _half_width(text))
    return f"{found[1]}-{found[2]}" if found else None


def normal_phone(text: str) -> str | None:
    """A Japanese telephone number in any usual shape, to ASCII digits and hyphens; else None.

    Ten digits (landline, 0120), eleven (050, 060, 070, 080, 090, 020, 0800), +81 for the leading 0
    (0081 and 010 81 too), TEL before it, brackets, blanks, every dash and the other signs between
    groups; what is pasted with invisible characters around it. Hyphens that were typed stay;
    without any, none are invented save for mobile and free-dial numbers, whose grouping is fixed.
    Source: 総務省 電気通信番号計画.
    """
    seen = "".join(ch for ch in text if unicodedata.category(ch) != "Cf")
    ascii_text = _half_width(seen).translate(_PHONE_SIGNS)
    ascii_text = re.sub(r"^\s*(tel|電話(番号)?|携帯)[:\s-]*", "", ascii_text, flags=re.IGNORECASE)
    ascii_text = re.sub(r"(内線|ext\.?).*$", "", ascii_text, flags=re.IGNORECASE).strip(" -")
    ascii_text = re.sub(r"^(?:\+|00|010)[ -]*81[ -]*0?", "0", ascii_text)
    if not re.fullmatch(r"[0-9][0-9 -]*", ascii_text):
        return None
    digits = re.sub(r"\D", "", ascii_text)
    eleven = re.fullmatch(r"0(50|60|70|80|90|20)\d{8}|0800\d{7}", digits)
    ten = re.fullmatch(r"0[1-9]\d{8}", digits) and not re.match(r"0(50|60|70|80|90|20)", digits)
    if not (eleven or ten) or set(digits[1:]) == {"0"}:
        return None
    if digits.startswith("0800"):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if eleven:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if digits.startswith(("0120", "0570", "0990")):
        return f"{digits[:4]}-{digits[4:7]}-{digits[7:]}"
    if digits.startswith(("03", "06")):
        return f"{digits[:2]}-{digits[2:6]}-{digits[6:]}"
    grouped = re.sub(r"[ -]+", "-", ascii_text).strip("-")
    return grouped if re.fullmatch(r"0\d{1,4}-\d{1,4}-\d{4}", grouped) else digits


def lacks_number(address: str) -> bool:
    """Whether an address names no number of a house or lot, as far as one can see.

    A kanji numeral counts only before 丁目, 番, 号 and the like: 一之江 is a town. Such an address
    is asked about, not refused: there are places without numbers (無番地).
    """
    if "無番地" in address or any(ch.isdecimal() for ch in address):
        return False
    return not re.search("[〇一二三四五六七八九十百千]+(丁目|番|号|－|-)", address)


def _text_fault(field: str, text: str) -> FieldFault | None:
    tidy = normal_text(text)
    if not tidy:
        return FieldFault.EMPTY
    if len(tidy) > MAX_LENGTH[field]:
        return FieldFault.TOO_LONG
    if any(_is_control(ch) for ch in tidy):
        return FieldFault.CONTROL
    if not any(_is_letter(ch) for ch in tidy):
        return FieldFault.SHAPE
    return None


def _is_ideograph_beyond_tables(ch: str) -> bool:
    """Planes 2 and 3 hold ideographs only; Python's tables may be older than a person's name."""
    return 0x20000 <= ord(ch) <= 0x3FFFD


def _is_control(ch: str) -> bool:
    # Format characters too: a bidi override would lie on the screen. Selectors are Mn and stay.
    if _is_ideograph_beyond_tables(ch):
        return False
    return unicodedata.category(ch) in {"Cc", "Cf", "Cs", "Cn"}


def _is_letter(ch: str) -> bool:
    # Private use is 外字: a name may be written in it.
    category = unicodedata.category(ch)
    return category[0] in "LN" or category == "Co" or _is_ideograph_beyond_tables(ch)


def field_fault(draft: ApplicantDraft, field: str) -> FieldFault | None:
    """What is wrong with one item, or None. An individual's 法人名 is not asked for."""
    text: str = getattr(draft, field)
    if field == "corporation_name" and draft.kind is ApplicantKind.INDIVIDUAL:
        return None
    if field in {"postal_code", "phone"}:
        if not text.strip():
            return FieldFault.EMPTY
        normal = normal_postal_code(text) if field == "postal_code" else normal_phone(text)
        return None if normal else FieldFault.SHAPE
    return _text_fault(field, text)


def field_faults(draft: ApplicantDraft) -> dict[str, FieldFault]:
    """All faults, in the order of the screen."""
    found = {name: field_fault(draft, name) for name in FIELD_ORDER}
    return {name: fault for name, fault in found.items() if fault}


def check_applicant(draft: ApplicantDraft) -> Applicant | dict[str, FieldFault]:
    """The applicant, or every fault by item."""
    faults = field_faults(draft)
    if faults:
        return faults
    corporate = draft.kind is ApplicantKind.CORPORATION
    postal, phone = normal_postal_code(draft.postal_code), normal_phone(draft.phone)
    if postal is None or phone is None:  # field_faults has said otherwise; keeps the types honest
        raise AssertionError("checked above")
    return Applicant(
        kind=draft.kind,
        corporation_name=normal_text(draft.corporation_name) if corporate else None,
        name=normal_text(draft.name),
        postal_code=postal,
        address=normal_text(draft.address),
        phone=phone,
    )


assert tuple(f.name for f in fields(ApplicantDraft))[1:] == FIELD_ORDER

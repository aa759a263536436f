"""The applicant's five items: what is accepted, how it is kept, and what is refused."""

from __future__ import annotations

import pytest

from kiosk.domain.applicant import (
    Applicant,
    ApplicantDraft,
    ApplicantKind,
    FieldFault,
    check_applicant,
    field_fault,
    field_faults,
    lacks_number,
    normal_phone,
    normal_postal_code,
)

GOOD = ApplicantDraft(
    name="見本 花子",
    postal_code="132-8501",
    address="東京都江戸川区中央一丁目4番1号",
    phone="03-3652-1151",
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1328501", "132-8501"),
        ("132-8501", "132-8501"),
        ("〒１３２－８５０１", "132-8501"),
        ("132ー8501", "132-8501"),
        ("132−8501", "132-8501"),
        (" 132 8501 ", "132-8501"),
        ("132850", None),
        ("13285011", None),
        ("abc-defg", None),
        ("", None),
    ],
)
def test_postal_code(typed: str, kept: str | None) -> None:
    assert normal_postal_code(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0336521151", "03-3652-1151"),
        ("03-3652-1151", "03-3652-1151"),
        ("(03)3652-1151", "03-3652-1151"),
        ("03(3652)1151", "03-3652-1151"),
        ("０３－３６５２－１１５１", "03-3652-1151"),
        ("03ー3652ー1151", "03-3652-1151"),
        ("+81-3-3652-1151", "03-3652-1151"),
        ("+81 (0)3 3652 1151", "03-3652-1151"),
        ("+819012345678", "090-1234-5678"),
        ("09012345678", "090-1234-5678"),
        ("080 1234 5678", "080-1234-5678"),
        ("070.1234.5678", "070-1234-5678"),
        ("06012345678", "060-1234-5678"),
        ("050-1234-5678", "050-1234-5678"),
        ("0120123456", "0120-123-456"),
        ("0800-123-4567", "0800-123-4567"),
        ("0570-012-345", "0570-012-345"),
        ("045-123-4567", "045-123-4567"),
        ("0451234567", "0451234567"),
        ("04992-1-2345", "04992-1-2345"),
        ("03-3652-1151 内線123", "03-3652-1151"),
        ("03-3652-1151（内線123）", "03-3652-1151"),
        ("TEL 03-3652-1151", "03-3652-1151"),
        ("℡03-3652-1151", "03-3652-1151"),
        ("電話：０３（３６５２）１１５１", "03-3652-1151"),
        ("tel:+81-3-3652-1151", "03-3652-1151"),
        ("0081-3-3652-1151", "03-3652-1151"),
        ("010-81-90-1234-5678", "090-1234-5678"),
        ("03・3652・1151", "03-3652-1151"),
        ("03/3652/1151", "03-3652-1151"),
        ("090～1234～5678", "090-1234-5678"),
        ("\u202d03-3652-1151\u202c", "03-3652-1151"),
        ("03-3652-1151、090-1234-5678", None),
        ("+1 212 555 1212", None),
        ("TEL", None),
        ("3652-1151", None),
        ("090-1234-567", None),
        ("090-1234-56789", None),
        ("03-3652-115", None),
        ("0000000000", None),
        ("電話なし", None),
        ("1328501", None),
    ],
)
def test_phone(typed: str, kept: str | None) -> None:
    assert normal_phone(typed) == kept


@pytest.mark.parametrize(
    "name",
    [
        "髙橋 﨑男",
        "𠮷田 見本",
        "葛\U000e0100飾 花子",
        "Anna Sample",
        "李 明",
        "\ue000見本",
        "\U00031350太郎",
    ],
)
def test_a_name_in_any_glyph_is_kept_as_typed(name: str) -> None:
    applicant = check_applicant(GOOD.with_field("name", name))
    assert isinstance(applicant, Applicant)
    assert applicant.name == name


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("name", "", FieldFault.EMPTY),
        ("name", " 　 ", FieldFault.EMPTY),
        ("name", "・・・", FieldFault.SHAPE),
        ("name", "見本\u202e花子", FieldFault.CONTROL),
        ("name", "見本\x00", FieldFault.CONTROL),
        ("name", "あ" * 81, FieldFault.TOO_LONG),
        ("address", "", FieldFault.EMPTY),
        ("postal_code", "123", FieldFault.SHAPE),
        ("phone", "110", FieldFault.SHAPE),
    ],
)
def test_what_is_refused(field: str, text: str, fault: FieldFault) -> None:
    draft = GOOD.with_field(field, text)
    assert field_fault(draft, field) is fault
    assert check_applicant(draft) == {field: fault}


def test_a_corporation_needs_its_name_and_an_individual_has_none() -> None:
    corporate = ApplicantDraft(ApplicantKind.CORPORATION, "", *_fields(GOOD))
    assert field_faults(corporate) == {"corporation_name": FieldFault.EMPTY}
    whole = check_applicant(corporate.with_field("corporation_name", "見本建設株式会社"))
    assert isinstance(whole, Applicant)
    assert whole.corporation_name == "見本建設株式会社"
    single = check_applicant(GOOD.with_field("corporation_name", "消し忘れ"))
    assert isinstance(single, Applicant)
    assert single.corporation_name is None


def _fields(draft: ApplicantDraft) -> tuple[str, str, str, str]:
    return draft.name, draft.postal_code, draft.address, draft.phone


def test_no_applicant_exists_that_is_not_valid() -> None:
    with pytest.raises(ValueError, match="not a valid applicant"):
        Applicant(ApplicantKind.INDIVIDUAL, None, "", "132-8501", "見本", "03-3652-1151")


def test_representations_say_nothing_personal() -> None:
    applicant = check_applicant(GOOD)
    for shown in (repr(applicant), repr(GOOD), str(GOOD)):
        for text in ("花子", "8501", "中央", "1151"):
            assert text not in shown


@pytest.mark.parametrize(
    ("address", "lacks"),
    [
        ("東京都江戸川区中央", True),
        ("東京都江戸川区一之江", True),
        ("東京都江戸川区中央一丁目", False),
        ("東京都江戸川区中央１－４－１", False),
        ("見本村大字見本無番地", False),
        ("見本県見本市見本町四番地", False),
    ],
)
def test_an_address_without_a_number_is_noticed(address: str, lacks: bool) -> None:
    assert lacks_number(address) is lacks

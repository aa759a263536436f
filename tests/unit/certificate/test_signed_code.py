"""The signed code: one spelling, nothing else accepted, and another program reads it as COSE."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.certificate import cbor
from kiosk.certificate.maker import CertificateMaker
from kiosk.certificate.signed_code import (
    CONTEXT,
    Claims,
    code_text,
    cut,
    key_id,
    payload,
    read_code,
    to_be_signed,
    verified,
)
from kiosk.domain.certificate import DrawRefusal
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from tests.unit.certificate.codes import KEY, KEYS, PUBLIC, sheet_with_code, signed, with_code
from tests.unit.certificate.papers import (
    DAY,
    NUMBER,
    changed_form,
    content,
    entry,
    fault,
    maker,
    sheet,
    stamp,
)
from tests.unit.certificate.rasters import picture


@pytest.fixture(scope="module")
def by(tmp_path_factory: pytest.TempPathFactory) -> CertificateMaker:
    return with_code(tmp_path_factory.mktemp("form"))


def accepted(text: str) -> bool:
    try:
        return verified(read_code(text), KEYS)
    except ValueError:
        return False


def raw_of(text: str) -> bytes:
    letters = text[2:]
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def text_of(raw: bytes) -> str:
    return "D1" + base64.b32encode(raw).decode().rstrip("=")


def test_what_is_signed_is_what_the_sheet_says(by: CertificateMaker) -> None:
    code = read_code(signed(by))
    assert verified(code, KEYS)
    assert code.claims == Claims(
        number=NUMBER,
        issued_on=DAY,
        content=bytes.fromhex(content(by=by).content_sha256())[:16],
        form_id="ledger-certificate",
        facts=(
            ("確認済証 番号", "第Ｈ12確認建築江戸川00123号"),
            ("地名地番", cut("江戸川区中央一丁目1234番5")),
        ),
        sample=True,
    )  # fmt: skip


def test_another_program_reads_it_as_cose(by: CertificateMaker) -> None:
    """cbor2 and cryptography, by RFC 9052: tag 18, EdDSA, key id, Sig_structure."""
    whole = cbor2.loads(raw_of(signed(by)))
    assert whole.tag == 18
    protected, unprotected, raw, signature = whole.value
    assert cbor2.loads(protected) == {1: -8, 4: key_id(PUBLIC)}
    assert unprotected == {}
    structure = cbor2.dumps(["Signature1", protected, CONTEXT, raw], canonical=True)
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(signature, structure)
    assert cbor2.dumps(cbor2.loads(raw), canonical=True) == raw


def test_no_change_of_one_bit_is_accepted(by: CertificateMaker) -> None:
    text = signed(by)
    raw = raw_of(text)
    for bit in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        assert not accepted(text_of(bytes(changed))), bit
    for bit in range(8 * len(text)):
        letters = bytearray(text.encode("ascii"))
        letters[bit // 8] ^= 1 << bit % 8
        assert not accepted(letters.decode("latin-1")), bit
    assert accepted(text)


def test_other_spellings_are_refused(by: CertificateMaker) -> None:
    text = signed(by)
    raw = raw_of(text)
    group = 2**252 + 27742317777372353535851937790883648493
    higher = int.from_bytes(raw[-32:], "little") + group
    others = {
        "lower case": text.lower(), "padding": text + "=", "blank": text + " ", "twice": text * 2,
        "cut": text[:-1], "longer": text + "A", "empty": "", "prefix": text[2:],
        "byte behind": text_of(raw + b"\0"),
        "unprotected": text_of(raw.replace(b"\xa0\x58", b"\xa1\x01\x26\x58", 1)),
        "long head": text_of(raw.replace(b"\xa0\x58", b"\xa0\x59\x00", 1)),
        "S + L": text_of(raw[:-32] + higher.to_bytes(32, "little")),
        "no tag": text_of(raw[1:]),
    }  # fmt: skip
    for name, other in others.items():
        assert other != text
        assert not accepted(other), name


@pytest.mark.parametrize(
    "raw",
    [
        "1800", "190001", "1a00010000", "5f41ff", "9f01ff", "f6", "fb3ff0000000000000", "c101",
        "20", "a201010100", "a2020101", "a1616101", "61ff", "", "0101", "8200", "a1f501",
        "81818181818100",
    ],
)  # fmt: skip
def test_cbor_that_is_not_canonical_is_no_value(raw: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cbor.loads(bytes.fromhex(raw))


@pytest.mark.parametrize(
    "value",
    [0, 23, 24, 255, 256, 65535, b"", b"x" * 300, "区", [1, [True, False]], {1: "a", 9: []}],
)
def test_cbor_is_spelt_as_another_program_spells_it(value: cbor.Value) -> None:
    assert cbor.dumps(value) == cbor2.dumps(value, canonical=True)
    assert cbor.loads(cbor.dumps(value)) == value


def test_a_key_that_is_not_known_or_not_its_own_verifies_nothing(by: CertificateMaker) -> None:
    code = read_code(signed(by))
    assert not verified(code, {})
    assert not verified(code, {code.key_id: bytes(32)})


def test_claims_that_cannot_be_are_not_signed(by: CertificateMaker) -> None:
    claims = by.claims(content(by=by), NUMBER, DAY)
    assert claims is not None
    for changes in (
        {"number": "123"}, {"content": b"short"}, {"form_id": "Ü"}, {"facts": ()},
        {"facts": (("番号", "一行\n二行"),)}, {"facts": (("長い" * 40, "長い" * 40),)},
    ):  # fmt: skip
        with pytest.raises(ValueError, match=r"."):
            payload(replace(claims, **changes))  # type: ignore[arg-type]


RARE = "\U00020bb7" * 40  # four bytes each
PAIRS = "葛\U000e0100" * 30  # seven bytes each


@pytest.mark.parametrize("lot", [RARE, PAIRS, "江戸川区" * 20, "1" * 300])
def test_whatever_an_entry_says_its_code_fits(by: CertificateMaker, lot: str) -> None:
    """Otherwise a number would be given first and the issue fail at its release."""
    text = signed(by, entry(lot=lot, confirmation_no=lot))
    code = read_code(text)
    assert verified(code, KEYS)
    for _, said in code.claims.facts:
        assert len(said) <= 20
        assert len(said.encode()) <= 56
        assert lot.startswith(said[:-1])
        assert not said[:-1].endswith("葛")  # never a base without its selector


def test_a_form_whose_code_might_not_fit_is_refused_when_it_is_read(tmp_path: Path) -> None:
    keys = ["confirmation.confirmation_no", "inspection.inspection_no", "lot"]
    found = fault(changed_form(tmp_path, signed_code={"enabled": True, "items": keys}))
    assert found.code == "form_schema"
    assert "二次元コードに入りません" in found.detail


# --- on the sheet -------------------------------------------------------------------------------


def test_off_until_the_ward_turns_it_on(by: CertificateMaker) -> None:
    assert maker().claims(content(), NUMBER, DAY) is None
    refused = maker().draw(content(), stamp(code=signed(by)))
    assert refused == DrawRefusal("stamp_incomplete", detail="a code for no place")


def test_a_sheet_without_its_code_or_with_anothers_is_refused(by: CertificateMaker) -> None:
    for code in ("", "D1AAAA", signed(by, number="2026-000124"), signed(by, entry(lot="別の土地"))):
        refused = by.draw(content(by=by), stamp(by, code=code))
        assert isinstance(refused, DrawRefusal)
        assert refused.code == "stamp_incomplete"


def test_the_same_sheet_has_the_same_code_and_bytes(by: CertificateMaker) -> None:
    assert sheet_with_code(by).pdf == sheet_with_code(by).pdf


def test_the_code_turns_over_no_line_of_the_sheet(tmp_path: Path, by: CertificateMaker) -> None:
    """The preview has its place ready: the layout is the same with and without the code."""
    long = entry(remarks="備考 " * 400)
    drawn = sheet_with_code(by, long)
    preview = by.draw(content(long, by), None)
    assert not isinstance(preview, DrawRefusal)
    assert drawn.page_count == preview.page_count >= 2


def zbar(path: Path) -> list[str]:
    run = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqr.enable", str(path)],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    return run.stdout.split()


@pytest.mark.parametrize("head", ["a4-203", "a4-300"])
def test_zbarimg_reads_the_code_from_the_heads_own_dots(
    tmp_path: Path, by: CertificateMaker, head: str
) -> None:
    if shutil.which("zbarimg") is None and not os.environ.get("CI"):
        pytest.skip("zbarimg is not installed (zbar-tools)")
    page = PdfiumRasterizer(HEADS[head]).pages(sheet_with_code(by).pdf)[-1]
    picture(page).save(tmp_path / "sheet.png")
    assert zbar(tmp_path / "sheet.png") == [signed(by)]


def test_every_module_is_whole_dots_at_203(by: CertificateMaker) -> None:
    """Runs of dots in the code's rows are multiples of three dots wide."""
    page = PdfiumRasterizer(HEADS["a4-203"]).pages(sheet_with_code(by).pdf)[-1]
    plain = PdfiumRasterizer(HEADS["a4-203"]).pages(sheet().pdf)[-1]
    assert page.rows != plain.rows
    drawn = picture(page)
    left = 137  # 22 mm of margin at 203 dpi, less the 39 dots the head leaves out
    box = drawn.crop((left, 1900, left + 243, 2200))
    rows = [y for y in range(box.height) if _longest(box.crop((0, y, 243, y + 1)).tobytes()) >= 21]
    assert len(rows) >= 7 * 3
    checked = 0
    for y in rows:
        runs = _runs([box.getpixel((x, y)) == 0 for x in range(box.width)])
        dark = [length for ink, length in runs[1:-1] if ink]
        if max(dark, default=0) == 21:
            assert all(length % 3 == 0 for _, length in runs[1:-1]), y
            checked += 1
    # The edges of the finders: two rows of modules above, two below, three dots each.
    assert checked >= 4 * 3


def _runs(row: list[bool]) -> list[tuple[bool, int]]:
    runs: list[tuple[bool, int]] = []
    for ink in row:
        if runs and runs[-1][0] is ink:
            runs[-1] = (ink, runs[-1][1] + 1)
        else:
            runs.append((ink, 1))
    return runs


def _longest(row: bytes) -> int:
    bits = "".join(f"{byte:08b}" for byte in row)
    return max(map(len, bits.replace("1", " ").split()), default=0)


def test_the_code_text_is_put_together_as_it_is_taken_apart(by: CertificateMaker) -> None:
    code = read_code(signed(by))
    assert code_text(code.key_id, code.payload, code.signature) == signed(by)
    assert KEY.public_key().public_bytes_raw() == PUBLIC
    assert to_be_signed(code.key_id, code.payload).startswith(b"\x84\x6aSignature1")

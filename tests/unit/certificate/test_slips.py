"""Slips and the test print on both papers: what they say, byte for byte, and never of whom."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import fields, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import pytest

from kiosk.certificate.form import Form, load_form
from kiosk.certificate.sentences import _catalogue
from kiosk.certificate.slip_column import Column
from kiosk.certificate.slip_command import DONE, REFUSED, UNUSABLE, sample_slip
from kiosk.certificate.slips import (
    A4,
    PAPERS,
    ROLL_58,
    ROLL_80,
    CounterSlip,
    FeeSlip,
    Paper,
    Receipt,
    SlipMaker,
    TestPrint,
)
from kiosk.domain.certificate import DrawnCertificate, DrawRefusal
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from tests.unit.certificate.papers import OUT, changed_form, pictures, said, sample_seal
from tests.unit.certificate.rasters import ink_share, photocopy, picture
from tests.unit.certificate.test_command import run_command

KINDS = ("receipt", "counter", "fee", "test")
HEAD_OF = {ROLL_80.name: "roll-80", ROLL_58.name: "roll-58", A4.name: "a4-203"}


@lru_cache(maxsize=1)
def form() -> Form:
    found = load_form("ledger-certificate")
    assert isinstance(found, Form)
    return found


def drawn(kind: str, paper: Paper) -> bytes:
    made = SlipMaker(form()).draw(sample_slip(kind), paper)
    assert isinstance(made, DrawnCertificate), made
    return made.pdf


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
@pytest.mark.parametrize("kind", KINDS)
def test_pictures_of_slips_that_their_head_prints_whole(kind: str, paper: Paper) -> None:
    """The rasterizer refuses ink beyond the head's dots."""
    pdf = drawn(kind, paper)
    pages = PdfiumRasterizer(HEADS[HEAD_OF[paper.name]]).pages(pdf)
    assert len(pages) == 1
    OUT.mkdir(parents=True, exist_ok=True)
    picture(pages[0]).save(OUT / f"slip-{kind}-{paper.name}.png")
    assert 0.005 < ink_share(picture(pages[0])) < 0.3
    width, _ = pictures(pdf, dpi=254)[0].size
    assert abs(width - paper.width / 72 * 254) <= 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "receipt",
            ["控え", "A-3F9C-21BE-7C10", "U-7K2M-9QX4", "2026-000123", "2026-000124", "2部"],
        ),
        ("counter", ["窓口案内票", "U-7K2M-9QX4", "見本-0007", "証明書を作れません。", "窓口へ"]),
        ("fee", ["手数料票", "F-00012", "U-7K2M-9QX4", "300円", "2部", "600円", "領収印"]),
        ("test", ["試し刷り", "証明書ではありません", "terminal-1", "T-0001"]),
    ],
)
def test_what_a_slip_says(kind: str, words: list[str]) -> None:
    for paper in PAPERS.values():
        text = said(drawn(kind, paper))[0]
        for word in words:
            assert word in text, (paper.name, word)
        assert ("令和8年4月6日10時23分" in text) is (kind != "test")


def test_no_slip_has_a_place_for_a_person() -> None:
    named = {
        one.name for kind in (Receipt, CounterSlip, FeeSlip, TestPrint) for one in fields(kind)
    }
    assert named == {
        "at", "terminal", "application", "user_id", "numbers", "ledger_no", "reason", "copies",
        "yen", "number",
    }  # fmt: skip


def test_a_long_reason_makes_the_roll_longer_and_never_runs_over() -> None:
    short, long = (
        SlipMaker(form()).draw(replace(COUNTER, reason="窓口へお越しください。" * n), ROLL_80)
        for n in (1, 20)
    )
    assert isinstance(short, DrawnCertificate)
    assert isinstance(long, DrawnCertificate)
    heights = [pictures(one.pdf)[0].height for one in (short, long)]
    assert heights[1] > heights[0] + 100


COUNTER = sample_slip("counter")
assert isinstance(COUNTER, CounterSlip)


FEE = sample_slip("fee")
assert isinstance(FEE, FeeSlip)


@pytest.mark.parametrize("paper", PAPERS.values(), ids=lambda paper: paper.name)
def test_a_label_of_more_lines_than_its_value_is_not_written_over(paper: Paper) -> None:
    column = Column(form(), paper)
    column.fact("とても長いので一行に入らない見出し" * 2, "300円")
    column.fact("部数", "2部")
    runs = column.page().runs
    labels = sorted((run for run in runs if run.x == column.left), key=lambda run: -run.y)
    assert len(labels) > 2
    for upper, lower in pairwise(labels):
        assert upper.y - lower.y >= paper.size


def test_a_value_too_wide_for_a_line_is_broken_between_its_parts() -> None:
    heights = []
    for paper in (ROLL_80, ROLL_58):
        text = said(drawn("fee", paper))[0]
        assert "令和8年4月6日10時23分" in text
        column = Column(form(), paper)
        column.fact("受付日時", "令和8年4月6日　10時23分")
        heights.append(len({run.y for run in column.page().runs}))
    assert heights == [1, 2]


def words_at(pdf: bytes, folder: Path) -> list[tuple[float, float, float, float, str]]:
    """Every word with its box in points, the mark across the slip apart."""
    (folder / "slip.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-bbox", str(folder / "slip.pdf"), "-"], check=True, capture_output=True,
        text=True,
    ).stdout  # fmt: skip
    found = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<', told
    )
    boxes = [(*map(float, numbers), word) for *numbers, word in found]
    assert any(word == FEE.number for *_, word in boxes)
    return [box for box in boxes if box[4] not in "見本"]  # type: ignore[misc]


def test_the_number_is_the_largest_word_of_a_fee_slip(tmp_path: Path) -> None:
    made = SlipMaker(form()).draw(FEE, ROLL_80)
    assert isinstance(made, DrawnCertificate)
    tallest = max(words_at(made.pdf, tmp_path), key=lambda box: box[3] - box[1])
    assert tallest[4] == FEE.number


def test_what_cannot_be_a_slip_is_refused() -> None:
    maker = SlipMaker(form())
    cases = {
        "form_invalid": [
            (replace(COUNTER, reason="長い。" * 2000), A4),
            (FeeSlip(COUNTER.at, "t", "U", 0, 300), ROLL_80),
        ],
        "missing_glyph": [(replace(COUNTER, reason="\ue000"), ROLL_80)],
    }
    for code, slips in cases.items():
        for slip, paper in slips:
            refused = maker.draw(slip, paper)
            assert isinstance(refused, DrawRefusal)
            assert refused.code == code


def test_every_word_of_the_catalogue_is_drawn_by_the_form() -> None:
    for word in _catalogue()["slip"].values():
        assert not form().fonts.shape(word)[1]


SCRIPT = """
import json
from tests.unit.certificate.test_slips import KINDS, PAPERS, drawn
import hashlib
print(json.dumps([hashlib.sha256(drawn(k, p)).hexdigest() for k in KINDS for p in PAPERS.values()]))
"""


def test_same_bytes_in_another_process() -> None:
    hashes = []
    for seed, zone in (("0", "UTC"), ("77", "Asia/Tokyo")):
        found = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            cwd=Path(__file__).parents[3], capture_output=True, check=True, text=True,
        )  # fmt: skip
        hashes.append(json.loads(found.stdout))
    assert hashes[0] == hashes[1]
    assert len(set(hashes[0])) == len(KINDS) * len(PAPERS)


# --- the test print -----------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_the_ruler_is_as_long_as_it_says(tmp_path: Path, paper: Paper) -> None:
    """Between the ticks of 0 and 60 mm (on the narrowest roll 40) lie as many mm of dots."""
    length = 40 if paper is ROLL_58 else 60
    plain = load_form(
        changed_form(tmp_path, sample=False, ground=None, seals=[sample_seal() | {"sample": False}])
    )
    assert isinstance(plain, Form)
    made = SlipMaker(plain).draw(sample_slip("test"), paper)
    assert isinstance(made, DrawnCertificate)
    image = picture(PdfiumRasterizer(HEADS[HEAD_OF[paper.name]]).pages(made.pdf)[0])
    best: list[int] = []
    for y in range(image.height):
        row = [image.getpixel((x, y)) == 0 for x in range(image.width)]
        starts = [x for x in range(1, image.width) if row[x] and not row[x - 1]]
        if len(starts) > len(best) and all(
            abs(b - a - 203 / 25.4) <= 1.01 for a, b in pairwise(starts)
        ):
            best = starts
    assert len(best) > length
    assert abs(best[length] - best[0] - length / 25.4 * 203) <= 1


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_zbarimg_reads_the_test_prints_code(tmp_path: Path, paper: Paper) -> None:
    if shutil.which("zbarimg") is None and not os.environ.get("CI"):
        pytest.skip("zbarimg is not installed (zbar-tools)")
    page = PdfiumRasterizer(HEADS[HEAD_OF[paper.name]]).pages(drawn("test", paper))[0]
    picture(page).save(tmp_path / "slip.png")
    found = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqr.enable", str(tmp_path / "slip.png")],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    assert found.stdout.strip() == "TEST T-0001 TERMINAL-1"


def test_the_test_print_has_the_ground_and_a_copy_of_it_loses_the_fine_dots() -> None:
    page = PdfiumRasterizer(HEADS["a4-203"]).pages(drawn("test", A4))[0]
    empty = picture(page).crop((0, 1500, 1600, 2300))  # below all text
    assert 0.04 < ink_share(empty) < 0.08
    assert ink_share(photocopy(empty, 203)) < 0.6 * ink_share(empty)


# --- the commands -------------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str], paper: str) -> None:
    out = tmp_path / "slip.pdf"
    assert run_command("slip", "--kind", "counter", "--paper", paper, out) == DONE
    assert "窓口案内票" in said(out.read_bytes())[0]
    assert run_command("test-print", "--paper", paper, "--dpi", "300", out) == DONE
    assert "試し刷り" in said(out.read_bytes())[0]
    assert "票を作りました。" in capsys.readouterr().out


def test_commands_that_cannot(tmp_path: Path) -> None:
    assert run_command("slip", "--form", "no-such", tmp_path / "a.pdf") == UNUSABLE
    assert run_command("slip", "/no/such/folder/a.pdf") == UNUSABLE
    assert REFUSED == 1

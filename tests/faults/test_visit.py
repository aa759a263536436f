"""The scripted visit as a test: it succeeds, and with each fault of the printer it does not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.visit.plan import Building, Plan
from tests.visit.traces import markers, search_works, traces

VISIT_S = 500


def _visit(out: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.visit", "--out", str(out), *words],
        capture_output=True, text=True, timeout=VISIT_S, check=False,
    )  # fmt: skip


def _rows(out: Path) -> list[dict[str, Any]]:
    lines = (out / "print-log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_whole_visit_with_two_copies(tmp_path: Path) -> None:
    made = _visit(tmp_path, "--copies", "2")
    assert made.returncode == 0, made.stdout + made.stderr
    rows = _rows(tmp_path)
    assert [row["state"] for row in rows] == ["PRINTED", "PRINTED"]
    assert [row["number"][-6:] for row in rows] == ["000001", "000002"]
    assert len({row["user_id"] for row in rows}) == 1
    assert len({row["pdf_sha256"] for row in rows}) == 2
    assert (tmp_path / "certificate.pdf").read_bytes().startswith(b"%PDF-")
    assert len(list((tmp_path / "screens").glob("[0-9][0-9]-*.png"))) >= 18


@pytest.mark.parametrize("fault", ["empty", "jam", "mute"])
def test_a_printer_that_fails_in_mid_sheet(tmp_path: Path, fault: str) -> None:
    """No PRINTED row, and a row all the same: some of the sheet is out."""
    made = _visit(tmp_path, "--printer", fault)
    assert made.returncode == 1, made.stdout + made.stderr
    assert [row["state"] for row in _rows(tmp_path)] == ["UNKNOWN"]
    assert list((tmp_path / "screens").glob("*-fault.png"))


@pytest.mark.parametrize("fee", ["counter", "acceptor"])
def test_a_visit_that_is_paid_for(tmp_path: Path, fee: str) -> None:
    made = _visit(tmp_path, "--fee", fee, "--copies", "2")
    assert made.returncode == 0, made.stdout + made.stderr
    assert "手数料 800円 を収納し" in made.stdout
    assert [row["state"] for row in _rows(tmp_path)] == ["PRINTED", "PRINTED"]
    assert list((tmp_path / "screens").glob("*-payment.png"))


PLAN = Plan("opener", "000000", Building("中央", "中央一丁目", "1", "第1号"))


def test_the_search_for_traces_finds_what_is_planted(tmp_path: Path) -> None:
    assert search_works(tmp_path, markers(PLAN))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "cp932"])
def test_a_trace_is_found_in_a_file_and_in_its_name(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "core").write_bytes(b"\x7fELF" + "花子".encode(encoding))
    (tmp_path / "花子.log").write_bytes(b"")
    found = traces([tmp_path], markers(PLAN))
    assert {Path(line.rpartition(": ")[0]).name for line in found} == {"core", "花子.log"}


def test_an_innocent_folder_holds_no_trace(tmp_path: Path) -> None:
    (tmp_path / "terminal.log").write_text("phase search -> results\n", encoding="utf-8")
    assert traces([tmp_path], markers(PLAN)) == []

"""The same sheet, byte by byte, in another process, time zone, locale and hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.certificate.papers import content, entry, maker, plan_changes, preview, sheet, stamp

ROOT = Path(__file__).parents[3]

#: Draws in a fresh process; warms the fonts with other characters first when asked to.
SCRIPT = """
import json, sys
from tests.unit.certificate.papers import content, entry, plan_changes, preview, sheet
if "warm" in sys.argv:
    sheet(entry(owner="\\u845b\\U000e0102\\U00020bb7 もじの順がちがう", remarks="ゑヱあ漢字" * 90))
many = entry(dispositions=plan_changes(12), owner="\\U00020bb7野　\\u845b\\U000e0102子")
print(json.dumps([sheet().pdf_sha256, preview().pdf_sha256, sheet(many).pdf_sha256,
                  content(many).content_sha256()]))
"""


def here() -> list[str]:
    many = entry(dispositions=plan_changes(12), owner="\U00020bb7野　\u845b\U000e0102子")
    return [
        sheet().pdf_sha256,
        preview().pdf_sha256,
        sheet(many).pdf_sha256,
        content(many).content_sha256(),
    ]


@pytest.mark.parametrize(
    ("changes", "arguments"),
    [
        ({"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C"}, []),
        ({"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8"}, ["warm"]),
        ({"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4242", "SOURCE_DATE_EPOCH": "1"}, []),
        ({"TZ": "America/Los_Angeles", "PYTHONHASHSEED": "random", "PYTHONUTF8": "0"}, ["warm"]),
    ],
)
def test_same_bytes_in_another_process(changes: dict[str, str], arguments: list[str]) -> None:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        env=os.environ | changes,
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(run.stdout) == here()


def test_same_bytes_again_in_this_process() -> None:
    assert here() == here()


@pytest.mark.parametrize("name", ["issue_id", "number", "user_id", "terminal", "issued_on"])
def test_every_part_of_the_stamp_changes_the_bytes(name: str) -> None:
    old = getattr(stamp(), name)
    other = old.replace(day=7) if name == "issued_on" else f"{old}9"
    changes: dict[str, Any] = {name: other}
    changed = maker().draw(content(), stamp(**changes))
    assert getattr(changed, "pdf_sha256", "") not in ("", sheet().pdf_sha256)


def test_nothing_in_the_file_names_the_machine_or_the_hour() -> None:
    pdf = sheet().pdf
    assert b"/CreationDate (D:20260406000000+09'00')" in pdf
    assert b"/usr/" not in pdf
    assert b"FlateDecode" not in pdf  # two builds of zlib may pack differently

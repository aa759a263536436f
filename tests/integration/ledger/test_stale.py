"""The ledger is changed by a load while a person looks at the preview: the issue stops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from admin.ledger.entries import load_entry
from admin.services import issuing
from admin.services.issuing import IssueRefusal
from kiosk.domain.assets import asset_path
from kiosk.session.notices import Notice
from tests.fixtures.section import World, world
from tests.integration.ledger.books import entry, load, write_book

__all__ = ["world"]

SEEN = entry("A-1", owner="見本")
CHANGES = {
    "a column": [SEEN | {"remarks": "訂正"}],
    "set aside": [SEEN | {"remarks": "証明保留"}],
    "a plan change tied to it": [
        SEEN,
        SEEN | {"ledger_no": "A-2", "confirmation_no": "第H15確認建築江戸川00123変1号"},
    ],
    "removed": [entry("A-9")],
}


@pytest.fixture
def office(world: World, tmp_path: Path) -> World:
    """A section whose server certifies from the loaded ledger."""
    load(world.database, write_book(tmp_path / "a.csv", [SEEN]), now=world.clock.now())
    world.services = replace(world.services, load_entry=load_entry)
    with world.database.read() as session:
        found = load_entry(session, 1)
    assert found is not None
    world.entries[1] = found
    return world


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_after_the_preview_stops_the_issue(
    office: World, tmp_path: Path, what: str
) -> None:
    order = office.order()
    report = load(
        office.database, write_book(tmp_path / "b.csv", CHANGES[what]), now=office.clock.now(),
        whole_ledger=True,
    )  # fmt: skip
    assert report.loaded
    assert issuing.reserve(office.services, order) == IssueRefusal("stale_content")
    assert office.serials(2026) == []


def test_a_change_between_number_and_release_stops_it_too(office: World, tmp_path: Path) -> None:
    issue_id = office.reserved()
    path = write_book(tmp_path / "b.csv", CHANGES["a column"])
    load(office.database, path, now=office.clock.now())
    answer = issuing.release(office.services, issue_id, "terminal-1")
    assert answer == IssueRefusal("stale_content")


def test_the_same_file_again_stops_nothing(office: World, tmp_path: Path) -> None:
    order = office.order()
    load(office.database, tmp_path / "a.csv", now=office.clock.now())
    office.reserved(order)


def test_the_person_reads_why() -> None:
    text = asset_path("strings", "session.ja.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(text)["notice"][Notice.STALE_CONTENT.value]
    assert said.startswith("台帳が更新されました。")

"""Terminal, server and pcscd as three programs; cards come and go while they run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.db.card_tables import StaffCard
from admin.db.engine import Database
from admin.db.log_tables import OperationLog
from admin.services import operation_log, staff_cards
from admin.services.field_cipher import KeyRing
from tests.fakes.soft_key import SoftKey
from tests.integration.cards import room as rooms
from tests.integration.cards import virtual_card as cards
from tests.integration.cards.piv_applet import PivApplet
from tests.integration.cards.room import Room
from tests.visit.section import Section

rooms.prepare()
pytestmark = pytest.mark.window

IDM, STRANGE = bytes.fromhex("0123456789abcdef"), bytes.fromhex("fedcba9876543210")
CARD_PIN, WRONG = "314159", "000000"
EC, RSA = SoftKey.ec(), SoftKey.rsa()
ROOT = Path(__file__).parents[3]
START_S = 120.0
BY = operation_log.system_actor("test")


class Terminal:
    """The child of terminal.py. ``do`` waits until it was done, and says why if it was not."""

    def __init__(self, config: Path, log: Path) -> None:
        environment = {**os.environ, "KIVY_HOME": str(log.parent / "kivy")}
        self._log = log.open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.cards.terminal", "--config", str(config)],
            cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log, text=True, encoding="utf-8",
        )  # fmt: skip

    def do(self, *lines: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for line in lines:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
            assert self._process.stdout.readline().strip() == "ok", line

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if self._process.poll() is None:
            self._process.stdin.write("end\n")
            self._process.stdin.flush()
        try:
            self._process.wait(60)
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._log.close()


@dataclass
class Place:
    room: Room
    terminal: Terminal
    database: Database
    keys: KeyRing
    pin: str
    log: Path

    def opened_by(self) -> list[str]:
        """How the terminal was opened, each time."""
        query = select(OperationLog.canonical).where(OperationLog.event == "terminal.opened")
        with self.database.read() as session:
            rows = session.scalars(query.order_by(OperationLog.seq))
            return [json.loads(row)["data"]["kind"] for row in rows]

    def register(self, key: SoftKey) -> str:
        """A card more, as on the page 職員ID; returns its row's key."""
        now = datetime.now(UTC)
        pem = key.certificate(now - timedelta(days=1), now + timedelta(days=30))
        with self.database.write() as session:
            made = staff_cards.register_piv(session, self.keys, "opener", pem, BY, now)
            assert isinstance(made, StaffCard), made
            return made.id

    def revoke(self, card_id: str) -> None:
        with self.database.write() as session:
            now = datetime.now(UTC)
            assert staff_cards.revoke(session, "opener", card_id, BY, now) is None

    def texts(self) -> str:
        """What was written down by anybody."""
        with self.database.read() as session:
            log = b"\n".join(session.scalars(select(OperationLog.canonical)))
        return self.log.read_text(encoding="utf-8") + log.decode("utf-8")


def register(section: Section) -> Database:
    database = Database(f"sqlite:///{(section.data / 'daicho.db').resolve()}")
    keys, by = KeyRing.load(section.data / "keys/fields.json"), operation_log.system_actor("test")
    now = datetime.now(UTC)
    with database.write() as session:
        for key in (EC, RSA):
            pem = key.certificate(now - timedelta(days=1), now + timedelta(days=30))
            made = staff_cards.register_piv(session, keys, "opener", pem, by, now)
            assert not hasattr(made, "code"), made
        made = staff_cards.register_felica(session, keys, "opener", IDM.hex(), by, now)
        assert not hasattr(made, "code"), made
    return database


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("terminal")
    with Section(folder / "data") as section, Room() as room:
        database = register(section)
        config = folder / "kiosk.toml"
        text = Path(section.facts["kiosk_config"]).read_text(encoding="utf-8")
        own = '[sign_in]\nmethods = ["felica", "piv"]\nreader_name = "Mihon"\n'
        config.write_text(text.partition("[sign_in]")[0] + own, encoding="utf-8")
        terminal = Terminal(config, folder / "terminal.log")
        pin = str(section.facts["terminal_pin"])
        keys = KeyRing.load(section.data / "keys/fields.json")
        yield Place(room, terminal, database, keys, pin, folder / "terminal.log")
        terminal.end()
        database.dispose()


@pytest.fixture(autouse=True)
def _empty_reader(place: Place) -> Iterator[None]:
    yield
    place.room.hand.close()
    place.room.hand.before = lambda _apdu: None


WANTED = "see カードをかざしてください"


def test_cards_open_the_terminal_while_everything_runs(place: Place) -> None:
    """In one go, as a morning does: a stranger's card, a wrong PIN, and the right one."""
    hand, do = place.room.hand, place.terminal.do
    do(WANTED)
    hand.insert(cards.FelicaCard(b"\x04\xa1\xb2\xc3", cards.PIV_ATR))
    do("see このカードでは、ひらけません")
    hand.remove()
    do(WANTED)
    hand.insert(cards.FelicaCard(STRANGE))
    do("see カードを読みました。端末の暗証番号", f"type {place.pin}", "tap 端末をひらく")
    do("see 職員ID・カードまたは暗証番号がちがいます")
    hand.remove()
    do(WANTED)
    hand.insert(cards.FelicaCard(IDM))
    do("see カードを読みました。端末の暗証番号", f"type {place.pin}", "tap 端末をひらく")
    do("see 画面にふれて")
    assert place.opened_by() == ["felica"]
    hand.remove()
    do("see 画面にふれて")  # the terminal is the public's: it does not hang on the card


@pytest.mark.parametrize("key", [EC, RSA], ids=str)
def test_a_piv_card_opens_the_staffs_menu_and_closes_it_by_going(
    place: Place, key: SoftKey
) -> None:
    hand, do = place.room.hand, place.terminal.do
    before, applet = len(place.opened_by()), PivApplet({0x9A: key})
    do("see 画面にふれて", "tap 係員用", WANTED)
    hand.insert(applet)
    do("see カードの暗証番号（PIN）", f"type {WRONG}", "tap 係員メニュー")
    do("see カードの暗証番号がちがいます")
    assert applet.tries == 2
    do(f"type {CARD_PIN}", "tap 係員メニュー", "see 試し刷りをする")
    assert place.opened_by()[before:] == ["piv"]
    hand.remove()
    do("see 画面にふれて")


def test_a_card_snatched_from_the_sign_in_opens_no_menu(place: Place) -> None:
    hand, do = place.room.hand, place.terminal.do
    before = len(place.opened_by())
    do("see 画面にふれて", "tap 係員用", WANTED)

    def snatch(apdu: bytes) -> None:
        if apdu[1] == 0x87:
            hand.remove()

    hand.before = snatch
    hand.insert(PivApplet({0x9A: EC}))
    do("see カードの暗証番号（PIN）", f"type {CARD_PIN}", "tap 係員メニュー")
    do("see カードが離れたため、やめました", "tap 戻る", "see 画面にふれて")
    assert len(place.opened_by()) == before


def test_a_service_that_dies_closes_the_staffs_menu_and_is_found_again(place: Place) -> None:
    hand, do = place.room.hand, place.terminal.do
    do("see 画面にふれて", "tap 係員用", WANTED)
    hand.insert(PivApplet({0x9A: EC}))
    do("see カードの暗証番号（PIN）", f"type {CARD_PIN}", "tap 係員メニュー", "see 試し刷りをする")
    place.room.stop()
    do("see 画面にふれて", "tap 係員用", "see 受け付け（pcscd）が動いていません")
    place.room.start()
    do(WANTED)
    hand.insert(PivApplet({0x9A: RSA}))
    do("see カードの暗証番号（PIN）", f"type {CARD_PIN}", "tap 係員メニュー", "see 試し刷りをする")
    hand.remove()
    do("see 画面にふれて")


def test_a_service_that_hangs_closes_the_staffs_menu_too(place: Place) -> None:
    hand, do = place.room.hand, place.terminal.do
    do("see 画面にふれて", "tap 係員用", WANTED)
    hand.insert(PivApplet({0x9A: EC}))
    do("see カードの暗証番号（PIN）", f"type {CARD_PIN}", "tap 係員メニュー", "see 試し刷りをする")
    place.room.freeze()
    try:
        do("see 画面にふれて", "tap 係員用", "see 受け付け（pcscd）が動いていません")
    finally:
        place.room.thaw()
    hand.remove()
    do(WANTED, "tap 戻る", "see 画面にふれて")


def test_a_card_whose_pin_is_wrong_too_often_is_blocked_and_says_so_before(place: Place) -> None:
    hand, do = place.room.hand, place.terminal.do
    before, applet = len(place.opened_by()), PivApplet({0x9A: EC})
    do("see 画面にふれて", "tap 係員用", WANTED)
    hand.insert(applet)
    do("see カードの暗証番号（PIN）", f"type {WRONG}", "tap 係員メニュー")
    do("see カードの暗証番号がちがいます", f"type {WRONG}", "tap 係員メニュー")
    do("see あと1回まちがえると", f"type {WRONG}", "tap 係員メニュー")
    do("see 続けてまちがえたため", f"type {CARD_PIN}", "tap 係員メニュー")
    do("see 続けてまちがえたため")
    assert applet.tries == 0
    assert len(place.opened_by()) == before
    hand.remove()
    do("tap 戻る", "see 画面にふれて")


def test_a_card_stopped_at_the_section_opens_nothing_from_then_on(place: Place) -> None:
    hand, do = place.room.hand, place.terminal.do
    before, lost = len(place.opened_by()), SoftKey.ec()
    card = place.register(lost)
    do("see 画面にふれて", "tap 係員用", WANTED)
    hand.insert(PivApplet({0x9A: lost}))
    do("see カードの暗証番号（PIN）", f"type {CARD_PIN}", "tap 係員メニュー", "see 試し刷りをする")
    hand.remove()
    do("see 画面にふれて")
    assert place.opened_by()[before:] == ["piv"]
    place.revoke(card)
    do("tap 係員用", WANTED)
    hand.insert(PivApplet({0x9A: lost}))
    do("see カードの暗証番号（PIN）", f"type {CARD_PIN}", "tap 係員メニュー")
    do("see 職員ID・カードまたは暗証番号がちがいます")
    assert place.opened_by()[before:] == ["piv"]
    hand.remove()
    do("tap 戻る", "see 画面にふれて")


def test_nothing_of_a_card_was_written_down(place: Place) -> None:
    said = place.texts()
    assert "card reader: FelicaCard" in said, "the log is the terminal's"
    for secret in (IDM, STRANGE):
        for spelling in (secret.hex(), secret.hex().upper(), repr(secret)[2:-1]):
            assert spelling not in said
    for key in (EC, RSA):
        assert key.sha256 not in said
    # A clock's and a hash's digits may be a PIN's by chance.
    said = re.sub(r"[0-9]{2}:[0-9]{2}:[0-9]{2}[.,][0-9]+|[0-9a-f]{32,}", "", said)
    for secret_text in (CARD_PIN, place.pin, "見本 職員"):
        assert secret_text not in said

"""The contract of a card reader on the simulator and on the fake; PC/SC's is with its pcscd."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.cards.simulated import SAMPLE_IDM, SAMPLE_PIN, SimulatedReader
from kiosk.cards.simulator_control import PlayableReader
from kiosk.domain.card import NoCard
from kiosk.domain.hands import ask
from kiosk.domain.ports import CardReader
from tests.contract.card_reader_contract import CardReaderContract, PluggableContract, ReaderRig
from tests.fakes.card_reader import IDM, PIN, FakeReader
from tests.fakes.soft_key import SoftKey


class TestFake(CardReaderContract, PluggableContract):
    @pytest.fixture
    def reader(self) -> FakeReader:
        return FakeReader()

    @pytest.fixture
    def rig(self, reader: FakeReader) -> ReaderRig:
        return ReaderRig(
            reader, lambda kind: getattr(reader, kind)(), reader.remove, IDM, PIN,
            reader.key.public_key,
        )  # fmt: skip

    @pytest.fixture
    def unplug(self, reader: FakeReader) -> Callable[[], None]:
        return reader.unplug

    @pytest.fixture
    def plug(self, reader: FakeReader) -> Callable[[], None]:
        return reader.remove


class TestSimulated(CardReaderContract, PluggableContract):
    """Played through its socket, as a person does."""

    @pytest.fixture
    def socket(self, tmp_path: Path) -> Path:
        return tmp_path / "card.sock"

    @pytest.fixture
    def reader(self, socket: Path, tmp_path: Path) -> Iterator[CardReader]:
        key = tmp_path / "card.pem"
        key.write_text(SOFT.private_pem(), encoding="ascii")
        made = PlayableReader(socket, key)
        yield made
        made.close()

    @pytest.fixture
    def rig(self, reader: CardReader, socket: Path) -> ReaderRig:
        def insert(kind: str) -> None:
            assert ask(socket, [f"insert-{kind}"])[0].startswith("ok card=")

        def remove() -> None:
            assert ask(socket, ["remove"]) == [f"ok {ask(socket, ['status'])[0]}"]

        return ReaderRig(reader, insert, remove, SAMPLE_IDM, SAMPLE_PIN, SOFT.public_key)

    @pytest.fixture
    def unplug(self, socket: Path) -> Callable[[], None]:
        return lambda: ask(socket, ["unplug"]) and None

    @pytest.fixture
    def plug(self, socket: Path) -> Callable[[], None]:
        return lambda: ask(socket, ["plug"]) and None


SOFT = SoftKey.ec()


def test_the_control_says_what_it_does_not_know_and_never_a_number(tmp_path: Path) -> None:
    reader = PlayableReader(tmp_path / "card.sock")
    try:
        said = ask(tmp_path / "card.sock", ["eat", "insert", "status", "new-card"])
        assert said[0].startswith("error: one of insert, insert-felica")
        assert said[1].startswith("ok card=felica")
        assert SAMPLE_IDM.hex() not in " ".join(said)
        assert "MIHON" not in " ".join(said)
    finally:
        reader.close()
    assert not (tmp_path / "card.sock").exists()


def test_only_known_cards_are_laid_down() -> None:
    reader = SimulatedReader()
    with pytest.raises(ValueError, match="suica"):
        reader.insert("suica")
    assert isinstance(reader.look(), NoCard)

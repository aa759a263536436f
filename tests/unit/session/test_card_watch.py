"""What the reader shows is told once; a reader that hangs or breaks is none."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kiosk.clock import SystemClock
from kiosk.domain.card import CardSeen, NoCard, NoReader, NoReaderReason, PivCard
from kiosk.session import card_watch
from kiosk.session.card_watch import CardWatch
from tests.fakes.card_reader import FakeReader

WAIT_S = 20.0
SERVICE = NoReader(NoReaderReason.SERVICE)


class Sticky(FakeReader):
    """Its look waits for ``free``, as a call into a stopped service does."""

    def __init__(self) -> None:
        super().__init__()
        self.free = threading.Event()
        self.free.set()
        self.broken = False

    def look(self) -> CardSeen:
        self.free.wait(WAIT_S)
        if self.broken:
            raise RuntimeError("the number of a card")
        return super().look()


@contextmanager
def watched(reader: Sticky) -> Iterator[queue.SimpleQueue[CardSeen]]:
    told: queue.SimpleQueue[CardSeen] = queue.SimpleQueue()
    closing = threading.Event()
    watch = CardWatch(reader, SystemClock(), closing, told.put)
    watch.start()
    yield told
    closing.set()
    reader.free.set()
    watch.join(WAIT_S)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_watch, "CARD_LOOK_S", 0.02)
    monkeypatch.setattr(card_watch, "CARD_HUNG_S", 0.3)


def test_a_reader_that_hangs_has_no_card_and_is_believed_again_when_it_answers() -> None:
    reader = Sticky()
    with watched(reader) as told:
        assert told.get(timeout=WAIT_S) == NoCard()
        reader.piv()
        card = told.get(timeout=WAIT_S)
        assert isinstance(card, PivCard)
        reader.free.clear()
        assert told.get(timeout=WAIT_S) == SERVICE
        reader.free.set()
        assert told.get(timeout=WAIT_S) == card
        assert told.empty(), "what did not change is told once"


def test_a_reader_that_hangs_from_the_first_look_is_told() -> None:
    reader = Sticky()
    reader.free.clear()
    with watched(reader) as told:
        assert told.get(timeout=WAIT_S) == SERVICE


def test_a_reader_that_raises_is_none_and_its_words_are_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader = Sticky()
    with watched(reader) as told:
        assert told.get(timeout=WAIT_S) == NoCard()
        reader.broken = True
        assert told.get(timeout=WAIT_S) == SERVICE
        reader.broken = False
        assert told.get(timeout=WAIT_S) == NoCard()
    assert "RuntimeError" in caplog.text
    assert "the number" not in caplog.text

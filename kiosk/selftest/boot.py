"""Which checks a terminal's boot makes, in the order that staff read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kiosk.domain.ports import (
    CardReader,
    Clock,
    CoinAcceptor,
    Printer,
    SectionServer,
    SheetMaker,
)
from kiosk.selftest.acceptor import AcceptorCheck
from kiosk.selftest.card import CardReaderCheck
from kiosk.selftest.check import Check
from kiosk.selftest.clock import ClockCheck
from kiosk.selftest.disk import DiskCheck
from kiosk.selftest.display import DisplayCheck, DisplaySize
from kiosk.selftest.form import FontsCheck, FormCheck
from kiosk.selftest.greeting import Greeting
from kiosk.selftest.printer import PaperCheck, PrinterCheck
from kiosk.selftest.server import Own, RecoveryCheck, ServerCheck
from kiosk.selftest.suite import CHECK_S, Suite


@dataclass(frozen=True, slots=True)
class Tested:
    """What is tested. ``temporary`` None is the system's temporary folder."""

    own: Own
    server: SectionServer
    printer: Printer
    maker: SheetMaker
    clock: Clock
    display: Callable[[], DisplaySize | None]
    production: bool = False
    dpi: int = 0  # of the head that certificates come out of; 0: not compared
    temporary: Path | None = None
    cards: CardReader | None = None
    card_needed: bool = False  # nobody can open the terminal without a card
    acceptor: CoinAcceptor | None = None


def boot_checks(tested: Tested) -> Sequence[Check]:
    """Fresh checks for one self-test; every ``CheckName`` once (CARD: where there are)."""
    greeting = Greeting(tested.server, tested.clock)
    cards: tuple[Check, ...] = ()
    if tested.cards is not None:
        cards = (CardReaderCheck(tested.cards, tested.card_needed),)
    return (
        PrinterCheck(tested.printer),
        PaperCheck(tested.printer),
        ServerCheck(greeting, tested.own),
        FormCheck(greeting, tested.maker, tested.production, tested.dpi),
        ClockCheck(greeting),
        FontsCheck(tested.maker, tested.clock),
        DisplayCheck(tested.display),
        DiskCheck(tested.temporary),
        RecoveryCheck(greeting),
        *cards,
        AcceptorCheck(greeting, tested.acceptor),
    )


def boot_self_test(tested: Tested, limit_s: float = CHECK_S) -> Suite:
    """``Parts.self_test`` of the session's runner."""
    return Suite(lambda: boot_checks(tested), tested.clock, limit_s)

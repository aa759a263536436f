"""From the words of the configuration to a ``CardReader``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kiosk.cards import simulated
from kiosk.cards.simulator_control import PlayableReader
from kiosk.domain.card import CARD_METHODS, SignInMethod
from kiosk.domain.ports import CardReader

#: Its own name for the driver behind PC/SC, which is imported only where it is wanted.
PCSC = "pcsc"
SIMULATED = simulated.DRIVER
DRIVERS = (PCSC, SIMULATED)


@dataclass(frozen=True, slots=True)
class SignInConfig:
    """How staff open this terminal, and the reader that it takes.

    Attributes:
        methods: offered on the screen; the server has a list of its own.
        reader_name: part of the PC/SC reader's name; empty takes any.
        control_socket: Unix socket of the simulated reader's control, or None.
        piv_key: PEM file of the simulated PIV card's key, or None for a new one.
    """

    methods: tuple[SignInMethod, ...] = (SignInMethod.STAFF_ID,)
    reader: str = PCSC
    reader_name: str = ""
    control_socket: Path | None = None
    piv_key: Path | None = None

    @property
    def wants_reader(self) -> bool:
        return bool(CARD_METHODS & set(self.methods))

    @property
    def needs_reader(self) -> bool:
        """Without one nobody can open the terminal."""
        return self.wants_reader and SignInMethod.STAFF_ID not in self.methods


def make_reader(config: SignInConfig) -> CardReader | None:
    """The reader of this terminal; None where no card is asked for.

    Raises:
        ImportError: pyscard is not installed.
        OSError, ValueError: the simulated reader's socket or key.
    """
    if not config.wants_reader:
        return None
    if config.reader == PCSC:
        from kiosk.cards.pcsc import PcscReader  # pyscard is an extra of its own

        return PcscReader(config.reader_name)
    if config.control_socket is None:
        return simulated.SimulatedReader(simulated.load_key(config.piv_key))
    return PlayableReader(config.control_socket, config.piv_key)

"""A terminal's process of its own that takes a fee: ``python -m tests.faults.kiosk.paying_child``.

The environment's failpoint kills it on the way; without one it says so and ends with 0.
"""

from __future__ import annotations

import sys

from kiosk.printing.escpos_printer import EscposPrinter
from kiosk.printing.models import GENERIC_EPSON
from kiosk.session.state import Phase
from tests.faults.kiosk.link import reach
from tests.flows.bench import Kiosk, World
from tests.flows.rasters import SheetDots


def main(path: str, copies: int, pieces: list[int]) -> None:
    far = reach(path)
    clock, acceptor = far("clock"), far("acceptor")
    printer = EscposPrinter("simulated", GENERIC_EPSON, far("transport"), SheetDots(), clock)
    kiosk = Kiosk(World(clock=clock), server=far("server"), driver=printer, acceptor=acceptor)
    kiosk.open()
    kiosk.issue(copies)
    kiosk.wait(3)
    for yen in pieces:
        assert acceptor.insert(yen), yen
    kiosk.wait_for(Phase.TAKE_PAPER, 60)
    kiosk.wait(2)
    print(f"survived in {kiosk.phase.value}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), [int(word) for word in sys.argv[3:]])

"""A terminal's process of its own: ``python -m tests.faults.kiosk.child SOCKET`` plays one visit.

The environment's failpoint kills it on the way; without one it says so and ends with 0.
"""

from __future__ import annotations

import sys

from kiosk.printing.escpos_printer import EscposPrinter
from kiosk.printing.models import GENERIC_EPSON
from tests.faults.kiosk.link import reach
from tests.flows.bench import Kiosk, World
from tests.flows.rasters import SheetDots


def main(path: str, copies: int) -> None:
    far = reach(path)
    clock = far("clock")
    printer = EscposPrinter("simulated", GENERIC_EPSON, far("transport"), SheetDots(), clock)
    kiosk = Kiosk(World(clock=clock), server=far("server"), driver=printer)
    kiosk.open()
    kiosk.issue(copies)
    print(f"survived in {kiosk.phase.value}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

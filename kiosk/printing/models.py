"""What each printer model can say and prove, as data. A model that is not here is not supported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.domain.printer import PrinterReason
from kiosk.printing.dialects import CUSTOM_DIALECT, EPSON_DIALECT, STAR_DIALECT, Dialect
from kiosk.printing.status import CUSTOM_FULL, EPSON, STAR, StatusTable


class Completion(StrEnum):
    """How a model proves that all it was given is on paper. Closed."""

    PROCESS_ID = "process-id"  # GS ( H fn 48: sent back when the printing before it is done
    PRESENTER = "presenter"  # in-order echo, then "ticket in output" rises in the full status
    COUNTER = "counter"  # Star: ETB raises a counter in the status when all before it is done
    NONE = "none"  # no proof: every job ends UNKNOWN


#: A4 over a head of its own; pages put on paper by the printer itself are IPP's.
KIOSK_HEADS: Final = frozenset({"a4-203", "a4-204", "a4-300"})
SLIP_HEADS: Final = frozenset({"roll-80", "roll-58"})


@dataclass(frozen=True, slots=True)
class ModelProfile:
    """One model.

    Attributes:
        name: word of the configuration.
        status: its status table.
        completion: its proof.
        cut_counter: answers GS g 2 with the cumulative number of cuts.
        cancel: DLE DC4 fn 8 drops its buffers and is answered; without it, only switching the
            printer off and on empties them.
        fine_while_printing: reasons that are no fault in the middle of a job.
        dialect: its command language.
        heads: names of ``kiosk.printing.raster.HEADS`` that it is built with.
    """

    name: str
    status: StatusTable
    completion: Completion
    cut_counter: bool
    cancel: bool
    fine_while_printing: frozenset[PrinterReason] = frozenset({PrinterReason.MEDIA_LOW})
    dialect: Dialect = EPSON_DIALECT
    heads: frozenset[str] = KIOSK_HEADS | SLIP_HEADS


#: Epson's ESC/POS and what follows it closely (Citizen and others answer the same three).
GENERIC_EPSON: Final = ModelProfile(
    "generic-epson", EPSON, Completion.PROCESS_ID, cut_counter=True, cancel=True
)
#: The same without GS g 2: the mark alone is the proof.
EPSON_NO_COUNTER: Final = ModelProfile(
    "epson-no-counter", EPSON, Completion.PROCESS_ID, cut_counter=False, cancel=True
)
#: Answers DLE EOT and nothing else: prints, and proves nothing.
STATUS_ONLY: Final = ModelProfile(
    "escpos-status-only", EPSON, Completion.NONE, cut_counter=False, cancel=False
)
#: Custom KPM216H. Its hardware reset is not a real-time command, so it cancels nothing that waits.
CUSTOM_KPM216H: Final = ModelProfile(
    "custom-kpm216h",
    CUSTOM_FULL,
    Completion.PRESENTER,
    cut_counter=False,
    cancel=False,
    fine_while_printing=frozenset({PrinterReason.MEDIA_LOW, PrinterReason.PRESENTER_OCCUPIED}),
    dialect=CUSTOM_DIALECT,
    heads=KIOSK_HEADS,
)
#: Star line mode. ESC ACK CAN would reset it at once, but nothing answers that it did: no cancel.
STAR_LINE: Final = ModelProfile(
    "star-line",
    STAR,
    Completion.COUNTER,
    cut_counter=False,
    cancel=False,
    fine_while_printing=frozenset({PrinterReason.MEDIA_LOW, PrinterReason.PRESENTER_OCCUPIED}),
    dialect=STAR_DIALECT,
    heads=KIOSK_HEADS,
)
#: A small roll printer for slips: Epson's language, no cumulative counter, heads of 72 and 48 mm.
ROLL_SLIP: Final = ModelProfile(
    "roll-slip", EPSON, Completion.PROCESS_ID, cut_counter=False, cancel=True, heads=SLIP_HEADS
)

MODELS: Final[dict[str, ModelProfile]] = {
    model.name: model
    for model in (
        GENERIC_EPSON,
        EPSON_NO_COUNTER,
        STATUS_ONLY,
        CUSTOM_KPM216H,
        STAR_LINE,
        ROLL_SLIP,
    )
}

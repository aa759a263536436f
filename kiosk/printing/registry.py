"""From the words of the configuration to a ``Printer``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.domain.ports import Clock, Printer
from kiosk.printing import escpos_usb, folder, ipp_printer, simulated, tcp
from kiosk.printing.escpos_printer import ANSWER_WAIT_S
from kiosk.printing.models import MODELS
from kiosk.printing.raster import HEADS, PdfiumRasterizer
from kiosk.printing.simulator import SPEED_MM_S, SimulatedDevice
from kiosk.printing.transport import UsbSelector

DRIVERS: Final = (
    escpos_usb.DRIVER,
    tcp.DRIVER,
    ipp_printer.DRIVER,
    simulated.DRIVER,
    folder.DRIVER,
)
#: In the name of every job at a page printer; the composition puts the terminal's own name here.
DEFAULT_OWNER: Final = "daicho-kiosk"


@dataclass(frozen=True, slots=True)
class PrinterConfig:
    """What the configuration says of the printer. Only the fields of the chosen driver count.

    Attributes:
        driver: a word of ``DRIVERS``.
        model: a name of ``kiosk.printing.models.MODELS`` (escpos-usb, escpos-tcp, simulated).
        head: a name of ``kiosk.printing.raster.HEADS``.
        usb_vendor, usb_product, usb_serial: the device; serial empty means the only one.
        host, port: the address of ``escpos-tcp``.
        uri: ``ipp://host/ipp/print`` of ``ipp``.
        owner: name of this terminal in the jobs it sends to a shared printer.
        folder: existing folder for ``folder``.
        control_socket: Unix socket of the simulator's control, or None.
        record_to: the simulator's bytes go to this file too; None on any real terminal.
        simulator_start: control words done at the start, e.g. ``("paper-empty",)``.
        speed_mm_s: the simulator's paper speed.
        answer_s: seconds one answer of a real printer may take before it counts as missing.
        any_media: ``ipp`` prints although the printer says that no A4 is loaded.
    """

    driver: str = simulated.DRIVER
    model: str = "generic-epson"
    head: str = "a4-203"
    usb_vendor: int = 0
    usb_product: int = 0
    usb_serial: str = ""
    host: str = ""
    port: int = tcp.PORT
    uri: str = ""
    owner: str = DEFAULT_OWNER
    folder: Path | None = None
    control_socket: Path | None = None
    record_to: Path | None = None
    simulator_start: tuple[str, ...] = ()
    speed_mm_s: float = SPEED_MM_S
    answer_s: float = ANSWER_WAIT_S
    any_media: bool = False


def make_printer(config: PrinterConfig, clock: Clock) -> Printer:
    """The printer of this terminal.

    Raises:
        ValueError: a word of the configuration is not known, or one is missing.
    """
    if config.head not in HEADS:
        raise ValueError(f"printer head {config.head!r}: one of {', '.join(HEADS)}")
    if config.model not in MODELS:
        raise ValueError(f"printer model {config.model!r}: one of {', '.join(MODELS)}")
    rasterizer = PdfiumRasterizer(HEADS[config.head])
    if config.driver == escpos_usb.DRIVER:
        if not (config.usb_vendor and config.usb_product):
            raise ValueError("driver escpos-usb needs usb_vendor and usb_product")
        selector = UsbSelector(config.usb_vendor, config.usb_product, config.usb_serial)
        return escpos_usb.escpos_usb_printer(
            MODELS[config.model], selector, rasterizer, clock, answer_s=config.answer_s
        )
    if config.driver == tcp.DRIVER:
        if not config.host:
            raise ValueError("driver escpos-tcp needs a host")
        address = tcp.TcpAddress(config.host, config.port)
        return tcp.escpos_tcp_printer(
            MODELS[config.model], address, rasterizer, clock, answer_s=config.answer_s
        )
    if config.driver == ipp_printer.DRIVER:
        dpi = HEADS[config.head].dpi
        return ipp_printer.IppPrinter(
            config.uri, config.owner, rasterizer, clock, dpi=dpi,
            answer_s=config.answer_s, any_media=config.any_media,
        )  # fmt: skip
    if config.driver == simulated.DRIVER:
        device = SimulatedDevice(record_to=config.record_to, speed_mm_s=config.speed_mm_s)
        return simulated.SimulatedPrinter(
            rasterizer,
            clock,
            device=device,
            profile=MODELS[config.model],
            control_socket=config.control_socket,
            start=config.simulator_start,
        )
    if config.driver == folder.DRIVER:
        if config.folder is None:
            raise ValueError("driver folder needs a folder")
        return folder.FolderPrinter(config.folder, rasterizer)
    raise ValueError(f"printer driver {config.driver!r}: one of {', '.join(DRIVERS)}")

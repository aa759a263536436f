"""A whole visit with each kind of printer as the configuration file names it: window, server, wire.

The peers are on real connections; what came out is compared dot by dot with the server's sheet.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kiosk.printing.raster import HEADS, PdfiumRasterizer
from tests.fakes.usb_backend import FakeUsbPrinter
from tests.fakes.usb_models import FakeCustomPrinter, FakeStarPrinter
from tests.integration.printing.ipp_everywhere import Running, missing
from tests.integration.printing.pwg_decoder import decode_raster
from tests.visit.__main__ import Played
from tests.visit.section import Section

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def section(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Section]:
    with Section(tmp_path_factory.mktemp("section") / "data") as running:
        yield running


@contextmanager
def on_the_network(device: FakeUsbPrinter) -> Iterator[int]:
    """A printer at a port; one connection after the other, as port 9100 has it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    link, _ = server.accept()
                except OSError:
                    return
                with link:
                    while said := link.recv(65536):
                        device.accept(said)
                        link.sendall(device.answers(65536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(10)


def visited(section: Section, folder: Path, table: str) -> tuple[dict[str, Any], bytes]:
    """The print log's row of one visit, and the sheet as the server keeps it."""
    out = folder / "out"
    out.mkdir()
    since = datetime.now(UTC)
    code = Played(section, folder).play(out, "ok", table=table)
    made = section.command("print-log", "--since", since.isoformat())
    (row,) = [json.loads(line) for line in made.stdout.splitlines()]
    assert code == 0, row
    assert section.command("sheet", row["number"], str(out / "sheet.pdf")).returncode == 0
    return row, (out / "sheet.pdf").read_bytes()


MODELS: dict[str, tuple[Callable[[], FakeUsbPrinter], str]] = {
    "generic-epson": (FakeUsbPrinter, "a4-203"),
    "custom-kpm216h": (FakeCustomPrinter, "a4-204"),
    "star-line": (FakeStarPrinter, "a4-203"),
}


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(name, marks=[pytest.mark.long] if name != "generic-epson" else [])
        for name in MODELS
    ],
)
def test_a_visit_with_a_printer_on_port_9100(section: Section, tmp_path: Path, model: str) -> None:
    make, head = MODELS[model]
    device = make()
    with on_the_network(device) as port:
        row, pdf = visited(
            section,
            tmp_path,
            f'driver = "escpos-tcp"\nmodel = "{model}"\nhead = "{head}"\n'
            f'host = "localhost"\nport = {port}\n',
        )
    assert row["state"] == "PRINTED"
    pages = [page.rows for page in PdfiumRasterizer(HEADS[head]).pages(pdf)]
    assert [rows for _, rows in device.sheets] == pages


@pytest.mark.skipif(
    bool(missing()) and not os.environ.get("DAICHO_REQUIRE_PEERS"),
    reason="ippeveprinter is not installed (make test installs it)",
)
def test_a_visit_with_a_page_printer(section: Section, tmp_path: Path) -> None:
    with Running(tmp_path / "printer", "image/pwg-raster") as device:
        table = f'driver = "ipp"\nhead = "page-300"\nuri = "{device.uri}"\n'
        row, pdf = visited(section, tmp_path, table)
        taken = decode_raster(device.taken.read_bytes())
    assert row["state"] == "PRINTED"
    pages = PdfiumRasterizer(HEADS["page-300"]).pages(pdf)
    assert [page.rows for page in taken] == [page.rows for page in pages]

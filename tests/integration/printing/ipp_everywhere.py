"""``ippeveprinter`` of CUPS: a page printer that nobody here wrote, started for one test.

It wants a D-Bus for DNS-SD even when it registers nothing, so it gets a private one. What happens
inside is a shell script that reads one word from a file: how this job goes.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.fixtures.ports import free_port

COMMANDS = ("ippeveprinter", "dbus-daemon")
START_S = 20.0
A4, LETTER = "iso_a4_210x297mm", "na_letter_8.5x11in"

#: The printer's inside. Words: ok, lie (done, counter unchanged), abort, or a state reason that
#: holds until the word changes. One page is counted per "/Type /Page" or per raster header.
SCRIPT = r"""#!/bin/sh
set -u
word() { cat "WORDFILE"; }
pages() {
  case "$CONTENT_TYPE" in
    application/pdf) cat PAGESFILE ;;
    *) grep -ac PwgRaster "$1" ;;
  esac
}
case "$(word)" in
  ok) ;;
  lie) echo "ATTR: job-impressions-completed=0" >&2; exit 0 ;;
  abort) echo "ERROR: broken" >&2; exit 1 ;;
  *)
    reason="$(word)"
    echo "STATE: +$reason" >&2
    until [ "$(word)" = ok ]; do sleep 0.05; done
    echo "STATE: -$reason" >&2 ;;
esac
cp "$1" "TAKENFILE"
echo "ATTR: job-impressions-completed=$(pages "$1")" >&2
exit 0
"""


def missing() -> list[str]:
    return [name for name in COMMANDS if shutil.which(name) is None]


@dataclass
class EverywherePrinter:
    """The running printer. ``taken`` is the document of the last job that came to its end."""

    uri: str
    folder: Path
    port: int

    @property
    def taken(self) -> Path:
        return self.folder / "taken"

    def goes(self, word: str) -> None:
        (self.folder / "word.new").write_text(word)
        (self.folder / "word.new").replace(self.folder / "word")

    def load(self, size: str) -> None:
        """Paper into its tray, as a hand would at its panel (its page ``/media``)."""
        tray = {"size1": size, "type1": "stationery", "level1": "250"}
        bypass = {"size3": "na_number-10_4.125x9.5in", "type3": "envelope", "level3": "25"}
        url = f"http://localhost:{self.port}/media"
        requests.get(url, params={**tray, **bypass}, timeout=10).raise_for_status()

    def pages(self, count: int) -> None:
        (self.folder / "pages").write_text(str(count))


class Running:
    """Context of one printer: ``formats`` is what it says it takes, preferred last."""

    def __init__(self, folder: Path, formats: str) -> None:
        self._folder = folder
        self._formats = formats
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> EverywherePrinter:
        self._folder.mkdir()
        (self._folder / "spool").mkdir()
        port = free_port()
        printer = EverywherePrinter(f"ipp://localhost:{port}/ipp/print", self._folder, port)
        printer.goes("ok")
        printer.pages(1)
        script = self._folder / "inside.sh"
        text = SCRIPT
        for name, path in (("WORD", "word"), ("PAGES", "pages"), ("TAKEN", "taken")):
            text = text.replace(f"{name}FILE", str(self._folder / path))
        script.write_text(text)
        script.chmod(0o755)
        self._start(script, port)
        printer.load(A4)  # its own default is Letter and an envelope
        return printer

    def _start(self, script: Path, port: int) -> None:
        address = f"unix:path={self._folder / 'bus'}"
        self._spawn(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}"])
        _until((self._folder / "bus").exists)
        self._spawn(
            ["ippeveprinter", "-r", "off", "-n", "localhost", "-p", str(port),
             "-d", str(self._folder / "spool"), "-f", self._formats, "-c", str(script), "Mihon A4"],
            DBUS_SYSTEM_BUS_ADDRESS=address,
        )  # fmt: skip
        _until(lambda: _answers(port))

    def _spawn(self, words: list[str], **more: str) -> None:
        with (self._folder / f"{words[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                words,
                env={**os.environ, **more},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
            self._running.append(process)

    def __exit__(self, *_: object) -> None:
        (self._folder / "word").write_text("ok")  # a waiting script ends by itself
        for process in reversed(self._running):
            process.terminate()
            process.wait(10)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), 1).close()
    except OSError:
        return False
    return True


def _until(true: object) -> None:
    end = time.monotonic() + START_S
    assert callable(true)
    while not true():
        assert time.monotonic() < end, "the printer did not start"
        time.sleep(0.05)

"""The terminal's configuration: what is read, and every way in which it is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from admin.settings import DEFAULT_FORM as SERVERS_FORM
from kiosk.cards.registry import make_reader
from kiosk.cards.simulated import SimulatedReader
from kiosk.clock import SystemClock
from kiosk.coins.registry import AcceptorConfig, make_acceptor
from kiosk.config import DEFAULT_FORM, Config, ConfigFault, WindowConfig, load_config
from kiosk.domain.card import SignInMethod
from kiosk.printing.escpos_printer import ANSWER_WAIT_S
from kiosk.printing.models import MODELS
from kiosk.printing.registry import DRIVERS, PrinterConfig, make_printer

LEAST = 'server_url = "http://127.0.0.1:8600"\nterminal = "terminal-1"\nkey_file = "key.pem"\n'
#: As the demo writes it (admin/cli/demo_command.py).
DEMO = (
    LEAST + '\n[printer]\ndriver = "simulated"\ncontrol_socket = "printer.sock"\n'
    '\n[sign_in]\nmethods = ["staff_id", "felica", "piv"]\nreader = "simulated"\n'
    'control_socket = "card.sock"\npiv_key = "card.pem"\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_text("見本", encoding="utf-8")
    return tmp_path


def load(folder: Path, text: str) -> Config | ConfigFault:
    path = folder / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path)


def good(folder: Path, text: str) -> Config:
    config = load(folder, text)
    assert isinstance(config, Config), config
    return config


def fault(folder: Path, text: str) -> ConfigFault:
    config = load(folder, text)
    assert isinstance(config, ConfigFault)
    assert config.sentence.endswith("。")
    return config


def test_the_least_that_must_be_written(folder: Path) -> None:
    assert good(folder, LEAST) == Config(
        server_url="http://127.0.0.1:8600", terminal="terminal-1", key_file=folder / "key.pem"
    )


def test_what_is_usual(folder: Path) -> None:
    config = good(folder, LEAST)
    assert config.form == DEFAULT_FORM == SERVERS_FORM
    assert (config.production, config.idle_s) == (False, 60.0)
    assert config.window == WindowConfig(fullscreen=True, width=1080, height=1920)
    assert config.printer == PrinterConfig(driver="simulated")


def test_the_demos_own_file_is_read(folder: Path) -> None:
    printer = good(folder, DEMO).printer
    assert printer.driver == "simulated"
    assert printer.control_socket == folder / "printer.sock"


def test_everything_that_can_be_written(folder: Path) -> None:
    config = good(
        folder,
        LEAST.replace("http://127.0.0.1:8600", "https://daicho.example:8443/")
        + """
form = "ward-2026"
production = true
idle_s = 90
[window]
fullscreen = false
width = 720
height = 1280
[printer]
driver = "escpos-usb"
model = "custom-kpm216h"
head = "a4-203"
usb_vendor = 0x04b8
usb_product = 0x0e28
usb_serial = "A1"
""",
    )
    assert config.server_url == "https://daicho.example:8443"
    assert (config.form, config.production, config.idle_s) == ("ward-2026", True, 90.0)
    assert config.window == WindowConfig(False, 720, 1280)
    assert config.printer == PrinterConfig(
        "escpos-usb", "custom-kpm216h", "a4-203", 0x04B8, 0x0E28, "A1"
    )


def test_the_manuals_own_printers_are_read_and_can_be_made(folder: Path) -> None:
    manual = Path(__file__).parents[2] / "docs/operations.md"
    tables = re.findall(
        r"```toml\n(\[(?:slip_)?printer\]\n.*?)```", manual.read_text("utf-8"), re.S
    )
    drivers = []
    for table in tables:
        config = good(folder, LEAST + table)
        chosen = config.slip_printer or config.printer
        printer = make_printer(chosen, SystemClock())
        drivers.append(printer.identity().driver)
        printer.close()
    assert drivers == ["escpos-usb", "escpos-tcp", "ipp", "escpos-usb"]
    row = r"^\| `([a-z0-9-]+)` \|.*?`((?:a4|roll)-\d+)`"
    told = re.findall(row, manual.read_text("utf-8"), re.M)
    assert len(told) == 4
    for model, name in told:
        assert name in MODELS[model].heads


def test_how_long_an_answer_may_take_is_bounded(folder: Path) -> None:
    table = '[printer]\ndriver = "escpos-tcp"\nhost = "printer"\n'
    assert good(folder, LEAST + table).printer.answer_s == ANSWER_WAIT_S
    assert good(folder, LEAST + table + "answer_s = 3\n").printer.answer_s == 3.0
    for seconds in ("0", "0.1", "5.1", '"2"', "true"):
        assert fault(folder, LEAST + table + f"answer_s = {seconds}\n").code == "config_value"


def test_slips_may_have_a_printer_of_their_own(folder: Path) -> None:
    assert good(folder, LEAST).slip_printer is None
    config = good(folder, LEAST + "[slip_printer]\nmodel = 'roll-slip'\nhead = 'roll-80'\n")
    assert config.slip_printer == PrinterConfig(model="roll-slip", head="roll-80")
    assert config.printer == PrinterConfig()


def test_without_its_table_there_is_no_acceptor(folder: Path) -> None:
    config = good(folder, LEAST)
    assert config.acceptor == AcceptorConfig(driver="none")
    assert make_acceptor(config.acceptor) is None


def test_an_acceptor_is_made_of_what_was_accepted(folder: Path) -> None:
    text = "[acceptor]\ndriver='simulated'\ncontrol_socket='coins.sock'\nmemory='coins.json'\n"
    config = good(folder, LEAST + text)
    assert config.acceptor == AcceptorConfig(
        "simulated", folder / "coins.sock", folder / "coins.json"
    )
    made = make_acceptor(config.acceptor)
    assert made is not None
    try:
        assert made.begin("payment-1", 400).ready
        assert (folder / "coins.json").exists()
        assert (folder / "coins.sock").is_socket()
    finally:
        made.close()
    assert not (folder / "coins.sock").exists()


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_printer_can_be_made_of_what_was_accepted(driver: str, folder: Path) -> None:
    more = {
        "escpos-usb": "usb_vendor = 1208\nusb_product = 3624\n",
        "folder": f'folder = "{folder}"\n',
        "escpos-tcp": 'host = "127.0.0.1"\n',
        "ipp": 'uri = "ipp://127.0.0.1:631/ipp/print"\nhead = "page-300"\n',
    }.get(driver, 'simulator_start = ["paper-low"]\n')
    config = good(folder, LEAST + f'[printer]\ndriver = "{driver}"\n' + more)
    printer = make_printer(config.printer, SystemClock())
    assert printer.identity().driver == driver
    printer.close()


@pytest.mark.parametrize(
    ("text", "code", "names"),
    [
        (LEAST.replace("terminal =", "#"), "config_key_missing", "terminal"),
        (LEAST.replace("server_url", "#"), "config_key_missing", "server_url"),
        (LEAST.replace("key_file", "#"), "config_key_missing", "key_file"),
        (LEAST.replace("terminal-1", " "), "config_key_missing", "terminal"),
        (LEAST.replace("terminal-1", "窓口 1"), "config_value", "terminal"),
        (LEAST.replace('"terminal-1"', "1"), "config_value", "terminal"),
        (LEAST.replace("key.pem", "gone.pem"), "key_missing", "gone.pem"),
        (LEAST.replace("http:", "ftp:"), "config_value", "server_url"),
        (LEAST.replace("127.0.0.1:8600", ""), "config_value", "server_url"),
        (LEAST.replace(":8600", ":port"), "config_value", "server_url"),
        (LEAST.replace("//127", "//me:secret@127"), "config_value", "server_url"),
        (LEAST.replace(":8600", ":8600/api"), "config_value", "server_url"),
        (LEAST + 'form = "../x"\n', "config_value", "form"),
        (LEAST + 'production = "yes"\n', "config_value", "production"),
        (LEAST + "production = 1\n", "config_value", "production"),
        (LEAST + "idle_s = 5\n", "config_value", "idle_s"),
        (LEAST + "idle_s = nan\n", "config_value", "idle_s"),
        (LEAST + "idle_s = true\n", "config_value", "idle_s"),
        (LEAST + "idle = 60\n", "config_key_unknown", "idle"),
        (LEAST + "window = 3\n", "config_value", "window"),
        (LEAST + "[window]\nwidth = 10\n", "config_value", "width"),
        (LEAST + "[window]\nwidth = true\n", "config_value", "width"),
        (LEAST + "[window]\ntitle = 'x'\n", "config_key_unknown", "[window] の title"),
        (LEAST + "[printer]\ndriver = 'laser'\n", "config_value", "escpos-usb"),
        (LEAST + "[printer]\nmodel = 'x'\n", "config_value", "generic-epson"),
        (LEAST + "[printer]\nhead = 'x'\n", "config_value", "a4-203"),
        (LEAST + "[printer]\nusb_vendor = 65536\n", "config_value", "usb_vendor"),
        (LEAST + "[printer]\nsimulator_start = [1]\n", "config_value", "simulator_start"),
        (LEAST + "[printer]\nspeed = 3\n", "config_key_unknown", "[printer] の speed"),
        (LEAST + "[printer]\ndriver = 'escpos-usb'\n", "config_key_missing", "usb_vendor"),
        (LEAST + "[printer]\ndriver = 'folder'\n", "config_key_missing", "folder"),
        (LEAST + "[printer]\ndriver='folder'\nfolder='gone'\n", "config_key_missing", "folder"),
        (LEAST + "production = true\n", "production_printer", "simulated"),
        (LEAST + "[printer]\nhead = 'roll-80'\n", "config_value", "[slip_printer]"),
        (LEAST + "[slip_printer]\nspeed = 3\n", "config_key_unknown", "[slip_printer] の speed"),
        (LEAST + "[slip_printer]\ndriver='escpos-tcp'\n", "config_key_missing", "[slip_printer]"),
        (
            LEAST + "production = true\n[printer]\ndriver='escpos-usb'\nusb_vendor=1\n"
            "usb_product=2\nrecord_to='x'\n",
            "production_record",
            "record_to",
        ),
        (
            LEAST + "[printer]\ndriver='escpos-tcp'\nhost='p'\nmodel='roll-slip'\n",
            "config_value",
            "roll-80",
        ),
        (
            LEAST + "[printer]\ndriver='escpos-tcp'\nhost='p'\nhead='page-300'\n",
            "config_value",
            "a4-300",
        ),
        (
            LEAST + "[slip_printer]\ndriver='escpos-tcp'\nhost='p'\nmodel='star-line'\n"
            "head='roll-58'\n",
            "config_value",
            "star-line",
        ),
        (
            LEAST + "production = true\n[printer]\ndriver='escpos-tcp'\nhost='p'\n"
            "model='escpos-status-only'\n",
            "production_printer",
            "escpos-status-only",
        ),
        (LEAST + "[acceptor]\ndriver = 'coins'\n", "config_value", "simulated"),
        (LEAST + "[acceptor]\nspeed = 3\n", "config_key_unknown", "[acceptor] の speed"),
        (LEAST + "[acceptor]\nmemory = 3\n", "config_value", "memory"),
        (LEAST + "acceptor = 'simulated'\n", "config_value", "acceptor"),
        (
            LEAST + "production = true\n[acceptor]\ndriver='simulated'\n[printer]\n"
            "driver='escpos-usb'\nmodel='custom-kpm216h'\nusb_vendor=1\nusb_product=2\n",
            "production_acceptor",
            "見本の硬貨の機械",
        ),
        (LEAST + "[more]\n", "config_key_unknown", "more"),
        ("server_url =", "config_syntax", "書き方"),
    ],
)
def test_what_is_wrong_is_told_by_its_name(text: str, code: str, names: str, folder: Path) -> None:
    found = fault(folder, text)
    assert found.code == code
    assert names in found.sentence


def test_no_file(tmp_path: Path) -> None:
    found = load_config(tmp_path / "none.toml")
    assert isinstance(found, ConfigFault)
    assert found.code == "config_missing"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "kiosk.toml").write_bytes(b"\xff\xfe\x00")
    found = load_config(tmp_path / "kiosk.toml")
    assert isinstance(found, ConfigFault)
    assert found.code == "config_unreadable"
    assert load_config(tmp_path) == ConfigFault(
        "config_unreadable", f"設定ファイル {tmp_path} を読めません。"
    )


# --- how staff sign in ---------------------------------------------------------------------------


def test_a_staff_id_opens_the_terminal_unless_it_is_written_otherwise(folder: Path) -> None:
    usual = good(folder, LEAST).sign_in
    assert usual.methods == (SignInMethod.STAFF_ID,)
    assert not usual.wants_reader
    assert make_reader(usual) is None
    cards = good(
        folder, LEAST + '[sign_in]\nmethods = ["piv", "felica"]\nreader_name = "ACS"\n'
    ).sign_in
    assert cards.methods == (SignInMethod.PIV, SignInMethod.FELICA)
    assert (cards.reader, cards.reader_name, cards.needs_reader) == ("pcsc", "ACS", True)
    both = good(folder, LEAST + '[sign_in]\nmethods = ["staff_id", "piv"]\n').sign_in
    assert (both.wants_reader, both.needs_reader) == (True, False)


@pytest.mark.parametrize(
    "text",
    ['methods = ["password"]', 'methods = ["piv", "piv"]', 'reader = "keyboard"', "nfc = true"],
)
def test_ways_of_signing_in_that_are_refused(folder: Path, text: str) -> None:
    assert fault(folder, LEAST + f"[sign_in]\n{text}\n").code in {
        "config_value", "config_key_unknown",
    }  # fmt: skip


def test_a_simulated_reader_opens_no_real_terminal(folder: Path) -> None:
    text = '[sign_in]\nmethods = ["felica"]\nreader = "simulated"\n'
    assert isinstance(make_reader(good(folder, LEAST + text).sign_in), SimulatedReader)
    real = 'production = true\n[printer]\ndriver = "escpos-usb"\nmodel = "custom-kpm216h"\n'
    real += "usb_vendor = 1\nusb_product = 1\n"
    found = fault(folder, LEAST + real + text)
    assert found.code == "production_cards"

"""The terminal's configuration: one TOML file, every key checked, unknown keys refused.

Personal data, PINs and keys never stand in it; ``key_file`` names the file of the signing key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kiosk.cards.registry import DRIVERS as CARD_DRIVERS
from kiosk.cards.registry import SIMULATED as SIMULATED_READER
from kiosk.cards.registry import SignInConfig
from kiosk.coins.registry import DRIVERS as ACCEPTORS
from kiosk.coins.registry import SIMULATED, AcceptorConfig
from kiosk.domain.card import SignInMethod
from kiosk.printing.ipp_http import http_url
from kiosk.printing.models import MODELS, Completion
from kiosk.printing.raster import HEADS
from kiosk.printing.registry import DRIVERS, PrinterConfig

#: The same as the server's (admin/settings.py): both draw the same form.
DEFAULT_FORM = "ledger-certificate"
#: Seconds without a touch until the screen asks whether somebody is there. Less hurries a reader;
#: more leaves a name on the screen for the next person. Reading screens wait twice as long.
DEFAULT_IDLE_S = 60.0
IDLE_S_RANGE = (30.0, 600.0)
DEFAULT_WIDTH, DEFAULT_HEIGHT = 1080, 1920
SIDE_RANGE = (480, 8192)
#: One answer of a printer: less than a fifth of a second misses good ones, and with more than
#: five the self-test's check of a slow printer would not end in its time.
ANSWER_S_RANGE = (0.2, 5.0)
#: Drivers that put a certificate on paper for the public.
PRODUCTION_DRIVERS = frozenset(DRIVERS) - {"simulated", "folder"}


@dataclass(frozen=True, slots=True)
class ConfigFault:
    """Why the terminal cannot start. ``sentence`` is for staff; ``code`` for the log."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class WindowConfig:
    """``width`` and ``height`` in pixels count only without ``fullscreen``."""

    fullscreen: bool = True
    width: int = DEFAULT_WIDTH
    height: int = DEFAULT_HEIGHT


@dataclass(frozen=True, slots=True)
class Config:
    """Paths are absolute. ``idle_s`` is the time until the warning, in seconds."""

    server_url: str
    terminal: str
    key_file: Path
    form: str = DEFAULT_FORM
    production: bool = False
    idle_s: float = DEFAULT_IDLE_S
    window: WindowConfig = field(default_factory=WindowConfig)
    printer: PrinterConfig = field(default_factory=PrinterConfig)
    sign_in: SignInConfig = field(default_factory=SignInConfig)
    slip_printer: PrinterConfig | None = None  # None: slips come out of ``printer`` too
    acceptor: AcceptorConfig = field(default_factory=AcceptorConfig)


class _Wrong(Exception):  # noqa: N818 - carries a fault to load_config and no further
    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code)
        self.fault = ConfigFault(code, sentence)


def load_config(path: Path) -> Config | ConfigFault:
    """Read and check the whole file; the first fault found is returned, never raised."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ConfigFault("config_missing", f"設定ファイル {path} がありません。")
    except (OSError, UnicodeDecodeError):
        return ConfigFault("config_unreadable", f"設定ファイル {path} を読めません。")
    except tomllib.TOMLDecodeError as error:
        return ConfigFault(
            "config_syntax", f"設定ファイル {path} の書き方に誤りがあります ({error})。"
        )
    try:
        return _config(raw, path.resolve().parent)
    except _Wrong as wrong:
        return wrong.fault


# --- one value ----------------------------------------------------------------------------------


class _Table:
    """One table of the file: each key is taken once, and what is left over is unknown."""

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self._name = name
        self._left = dict(values)

    def label(self, key: str) -> str:
        return f"[{self._name}] の {key}" if self._name else key

    def take(self, key: str, kind: type, what: str, otherwise: Any) -> Any:
        """``otherwise`` where the key is not given. A bool is no number here."""
        if key not in self._left:
            return otherwise
        value = self._left.pop(key)
        if kind is float and type(value) is int:
            value = float(value)
        if type(value) is not kind:
            raise self.wrong(key, what)
        return value

    def wrong(self, key: str, what: str) -> _Wrong:
        return _Wrong("config_value", f"設定の {self.label(key)} は{what}で書いてください。")

    def text(self, key: str, otherwise: str | None = None) -> str:
        value: str | None = self.take(key, str, "文字列", otherwise)
        if value is None or (otherwise is None and not value.strip()):
            raise _Wrong("config_key_missing", f"設定に {self.label(key)} を書いてください。")
        return value

    def flag(self, key: str, otherwise: bool) -> bool:
        value: bool = self.take(key, bool, " true か false ", otherwise)
        return value

    def number(self, key: str, otherwise: int, least: int, most: int) -> int:
        what = f" {least} から {most} までの整数"
        value: int = self.take(key, int, what, otherwise)
        if not least <= value <= most:
            raise self.wrong(key, what)
        return value

    def seconds(self, key: str, otherwise: float, least: float, most: float) -> float:
        what = f" {least:g} から {most:g} までの数 (秒)"
        value: float = self.take(key, float, what, otherwise)
        if not least <= value <= most:
            raise self.wrong(key, what)
        return value

    def choice(self, key: str, otherwise: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
        value = self.text(key, otherwise)
        if value not in known:
            raise self.wrong(key, f"次のどれか ({', '.join(known)}) ")
        return value

    def path(self, key: str, folder: Path, otherwise: str | None = "") -> Path | None:
        """Relative paths count from the configuration's own folder."""
        value = self.text(key, otherwise)
        return (folder / value).absolute() if value else None

    def words(self, key: str) -> tuple[str, ...]:
        what = '文字列の並び (["…"]) '
        value: list[Any] = self.take(key, list, what, [])
        if not all(isinstance(word, str) for word in value):
            raise self.wrong(key, what)
        return tuple(value)

    def table(self, key: str) -> _Table:
        return _Table(key, self.take(key, dict, f"表 ([{key}]) ", {}))

    def close(self) -> None:
        if self._left:
            names = ", ".join(self.label(key) for key in sorted(self._left))
            raise _Wrong("config_key_unknown", f"設定に知らない項目があります: {names}。")


# --- the whole ----------------------------------------------------------------------------------


def _config(raw: Mapping[str, Any], folder: Path) -> Config:
    top = _Table("", raw)
    key_file = top.path("key_file", folder, None)
    assert key_file is not None, "a required text is never empty"
    terminal = _identifier(top, "terminal")
    config = Config(
        server_url=_server_url(top),
        terminal=terminal,
        key_file=key_file,
        form=_identifier(top, "form", DEFAULT_FORM),
        production=top.flag("production", False),
        idle_s=top.seconds("idle_s", DEFAULT_IDLE_S, *IDLE_S_RANGE),
        window=_window(top.table("window")),
        sign_in=_sign_in(top.table("sign_in"), folder),
        printer=_named(_printer(top.table("printer"), folder), terminal),
        slip_printer=(
            _named(_printer(top.table("slip_printer"), folder), terminal)
            if "slip_printer" in raw
            else None
        ),
        acceptor=_acceptor(top.table("acceptor"), folder),
    )
    top.close()
    for check in _WHOLE:
        check(config)
    return config


def _server_url(top: _Table) -> str:
    url = top.text("server_url").rstrip("/")
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query or parts.fragment or parts.username or parts.path:
        raise top.wrong("server_url", " http://サーバー:ポート の形")
    return url


def _identifier(table: _Table, key: str, otherwise: str | None = None) -> str:
    value = table.text(key, otherwise)
    if (
        not value
        or len(value) > 64
        or not all(c.isascii() and (c.isalnum() or c in "._-") for c in value)
    ):
        raise table.wrong(key, "半角の英数字・点・ハイフン (64文字まで) ")
    return value


def _window(table: _Table) -> WindowConfig:
    window = WindowConfig(
        fullscreen=table.flag("fullscreen", True),
        width=table.number("width", DEFAULT_WIDTH, *SIDE_RANGE),
        height=table.number("height", DEFAULT_HEIGHT, *SIDE_RANGE),
    )
    table.close()
    return window


def _sign_in(table: _Table, folder: Path) -> SignInConfig:
    usual = SignInConfig()
    words = table.words("methods") or usual.methods
    known = tuple(SignInMethod)
    if not set(words) <= set(known) or len(set(words)) != len(words):
        raise table.wrong("methods", f" {', '.join(known)} の並び (同じものは1つ) ")
    sign_in = SignInConfig(
        methods=tuple(SignInMethod(word) for word in words),
        reader=table.choice("reader", usual.reader, CARD_DRIVERS),
        reader_name=table.text("reader_name", ""),
        control_socket=table.path("control_socket", folder),
        piv_key=table.path("piv_key", folder),
    )
    table.close()
    return sign_in


def _printer(table: _Table, folder: Path) -> PrinterConfig:
    usual = PrinterConfig()
    printer = PrinterConfig(
        driver=table.choice("driver", usual.driver, DRIVERS),
        model=table.choice("model", usual.model, MODELS),
        head=table.choice("head", usual.head, HEADS),
        usb_vendor=table.number("usb_vendor", 0, 0, 0xFFFF),
        usb_product=table.number("usb_product", 0, 0, 0xFFFF),
        usb_serial=table.text("usb_serial", ""),
        host=table.text("host", ""),
        port=table.number("port", usual.port, 1, 0xFFFF),
        uri=_printer_uri(table),
        folder=table.path("folder", folder),
        control_socket=table.path("control_socket", folder),
        record_to=table.path("record_to", folder),
        simulator_start=table.words("simulator_start"),
        speed_mm_s=table.seconds("speed_mm_s", usual.speed_mm_s, 1.0, 10_000.0),
        answer_s=table.seconds("answer_s", usual.answer_s, *ANSWER_S_RANGE),
        any_media=table.flag("any_media", False),
    )
    table.close()
    return printer


def _acceptor(table: _Table, folder: Path) -> AcceptorConfig:
    """The coin acceptor; without the table there is none."""
    usual = AcceptorConfig()
    acceptor = AcceptorConfig(
        driver=table.choice("driver", usual.driver, ACCEPTORS),
        control_socket=table.path("control_socket", folder),
        memory=table.path("memory", folder),
    )
    table.close()
    return acceptor


def _named(printer: PrinterConfig, terminal: str) -> PrinterConfig:
    """At a shared printer the terminal knows its own jobs by this name."""
    return replace(printer, owner=f"daicho-{terminal}") if printer.driver == "ipp" else printer


def _printer_uri(table: _Table) -> str:
    uri = table.text("uri", "")
    try:
        if uri:
            http_url(uri)
    except ValueError:
        raise table.wrong("uri", " ipp://プリンター:631/ipp/print の形") from None
    return uri


# --- what one key means for another -------------------------------------------------------------


def _key_is_there(config: Config) -> None:
    if not config.key_file.is_file():
        raise _Wrong(
            "key_missing",
            f"端末の鍵のファイル {config.key_file} がありません。端末を登録してください。",
        )


def _printers(config: Config) -> list[tuple[str, PrinterConfig]]:
    """Each printer with the name of its table."""
    found = [("printer", config.printer)]
    return found if config.slip_printer is None else [*found, ("slip_printer", config.slip_printer)]


def _usb_is_named(config: Config) -> None:
    for table, printer in _printers(config):
        if printer.driver == "escpos-usb" and not (printer.usb_vendor and printer.usb_product):
            raise _Wrong(
                "config_key_missing",
                f"USB のプリンターには [{table}] の usb_vendor と usb_product を書いてください。",
            )


def _network_is_named(config: Config) -> None:
    for table, printer in _printers(config):
        if printer.driver == "escpos-tcp" and not printer.host:
            raise _Wrong(
                "config_key_missing",
                f"ネットワークのプリンターには [{table}] の host を書いてください。",
            )
        if printer.driver == "ipp" and not printer.uri:
            raise _Wrong(
                "config_key_missing",
                f"IPP のプリンターには [{table}] の uri を ipp://プリンター:631/ipp/print の形で"
                "書いてください。",
            )
        if printer.driver == "ipp" and not printer.head.startswith("page-"):
            raise _Wrong(
                "config_value",
                f"IPP のプリンターには [{table}] の head を page-300 か page-600 で"
                "書いてください。",
            )


def _head_fits_model(config: Config) -> None:
    """The simulator draws for any head; IPP has no model."""
    for table, printer in _printers(config):
        heads = MODELS[printer.model].heads
        if printer.driver.startswith("escpos-") and printer.head not in heads:
            raise _Wrong(
                "config_value",
                f"[{table}] の model が {printer.model} のとき、head は"
                f" {', '.join(sorted(heads))} のどれかで書いてください。",
            )


def _production_proves(config: Config) -> None:
    printer = config.printer
    proves = MODELS[printer.model].completion is not Completion.NONE
    if config.production and printer.driver.startswith("escpos-") and not proves:
        raise _Wrong(
            "production_printer",
            f"本番の端末では、プリンターの機種 {printer.model} は使えません"
            " (印刷が終わったことを確かめられません)。",
        )


def _folder_is_named(config: Config) -> None:
    for table, printer in _printers(config):
        gone = printer.folder is None or not printer.folder.is_dir()
        if printer.driver == "folder" and gone:
            raise _Wrong(
                "config_key_missing",
                f"[{table}] の folder に、すでにあるフォルダーを書いてください。",
            )


def _certificates_need_sheets(config: Config) -> None:
    if HEADS[config.printer.head].roll:
        raise _Wrong(
            "config_value",
            "証明書は A4 です。[printer] の head に巻紙のものは使えません"
            " (控えなどの票だけのプリンターは [slip_printer] に書いてください)。",
        )


def _production_prints_on_paper(config: Config) -> None:
    for _, printer in _printers(config) if config.production else ():
        if printer.driver not in PRODUCTION_DRIVERS:
            raise _Wrong(
                "production_printer",
                f"本番の端末では、プリンター {printer.driver} は使えません。",
            )
        if printer.record_to is not None:
            raise _Wrong(
                "production_record",
                "本番の端末では、印刷の写しを残せません (record_to を消してください)。",
            )


def _production_reads_real_cards(config: Config) -> None:
    sign_in = config.sign_in
    if config.production and sign_in.wants_reader and sign_in.reader == SIMULATED_READER:
        raise _Wrong("production_cards", "本番の端末では、見本のカードリーダーは使えません。")


def _production_takes_real_money(config: Config) -> None:
    if config.production and config.acceptor.driver == SIMULATED:
        raise _Wrong(
            "production_acceptor", "本番の端末では、見本の硬貨の機械 (simulated) は使えません。"
        )


_WHOLE: tuple[Callable[[Config], None], ...] = (
    _key_is_there,
    _usb_is_named,
    _network_is_named,
    _folder_is_named,
    _certificates_need_sheets,
    _head_fits_model,
    _production_prints_on_paper,
    _production_reads_real_cards,
    _production_proves,
    _production_takes_real_money,
)

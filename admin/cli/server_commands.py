"""``python -m admin``: migrate, serve, register-terminal, print-log, sheet, verify-log, demo."""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import os
import secrets
import socket
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from admin.app import create_app, make_services
from admin.cli.common import CommandError, add_place, opened, say, settings_of
from admin.db.engine import Database
from admin.db.issue_tables import Terminal
from admin.db.migrate import newest_revision, upgrade
from admin.db.ready import NotReadyError
from admin.db.staff_tables import StaffAccount
from admin.ledger.entries import count_entries
from admin.ledger.importer import import_ledger
from admin.ledger.index import is_stale
from admin.ledger.reindex import rebuild_rows
from admin.ledger.sample import write_sample
from admin.services import (
    accounts,
    change_authority,
    operation_log,
    print_log,
    row_audit,
    sheets,
    staff_cards,
    terminals,
)
from admin.services.context import Services, utc_now
from admin.settings import Settings
from admin.views.sentences import refusal
from kiosk.domain.events import EventCode
from kiosk.ledger_client.signing import TerminalKey

Run = Callable[[argparse.Namespace], int]

#: Entries of the demo's ledger: the smallest that has every kind of case in every town.
DEMO_ENTRIES = 2400
DEMO_SEED = 20261123
DEMO_TERMINAL = "terminal-1"
DEMO_DAYS = 365
#: The number of the simulated reader's card (kiosk/cards/simulated.py, which a server cannot see;
#: a test compares them): MIHON in ASCII.
SAMPLE_IDM = "4d49484f4e000001"


def _command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser], name: str, about: str, run: Run
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=about, description=about)
    add_place(parser)
    parser.set_defaults(run=run)
    return parser


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    _command(subparsers, "migrate", "データベースを最新の版にします", run_migrate)
    serve = _command(subparsers, "serve", "サーバーを動かします (止めるとき Ctrl-C)", run_serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8600)
    register = _command(subparsers, "register-terminal", "端末を登録します", run_register)
    register.add_argument("terminal", help="端末の番号 (例 terminal-1)")
    register.add_argument("--label", required=True, help="職員に見せる名前")
    register.add_argument("--public-key", required=True, help="公開鍵 (16進 64 けた)")
    register.add_argument("--production", action="store_true", help="本番の端末 (見本の様式を拒む)")
    rows = _command(subparsers, "print-log", "印刷記録を1行1件の JSON で出します", run_print_log)
    rows.add_argument("--visit")
    rows.add_argument("--application")
    rows.add_argument("--since", help="この時刻から (ISO 8601)")
    sheet = _command(subparsers, "sheet", "発行した証明書の PDF を取り出します", run_sheet)
    sheet.add_argument("number", help="発行番号 (例 2026-000001)")
    sheet.add_argument("out", type=Path)
    _command(
        subparsers,
        "verify-log",
        "記録の鎖をはじめから確かめ、印刷記録と照らし合わせます",
        run_verify,
    )
    demo = _command(subparsers, "demo", "見本の台帳・鍵・職員・端末を用意します", run_demo)
    demo.add_argument("--port", type=int, default=8600)


def _services(arguments: argparse.Namespace) -> tuple[Settings, Services]:
    settings = settings_of(arguments)
    try:
        return settings, make_services(settings)
    except NotReadyError as error:
        raise CommandError(str(error)) from error


# --- migrate, serve -----------------------------------------------------------------------------


def _newest(database: Database) -> None:
    """The newest revision, and search rows as this program makes them."""
    upgrade(database)
    with database.write() as session:
        if is_stale(session):
            say(f"台帳の索引を作り直しました: {rebuild_rows(session):,} 件")


def _rule(settings: Settings, database: Database) -> None:
    """A server, or a migration, that knows the rule leaves it in the database for every command."""
    if settings.authority_needed:
        with database.write() as session:
            actor = operation_log.system_actor("command-line")
            change_authority.rule(session, now=utc_now(), actor=actor)


def run_migrate(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    database = Database(settings.database_url)
    _newest(database)
    _rule(settings, database)
    database.dispose()
    say(f"データベースは最新の版 {newest_revision()} です。")
    return 0


def _only_server(settings: Settings) -> IO[str]:
    """Hold the embedded database for this process: two servers would give one number twice over.

    Servers of one PostgreSQL share the lock: it only says that the folder is in use.
    """
    alone = settings.database_url.startswith("sqlite")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    lock = (settings.data_dir / "server.lock").open("a+")
    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise CommandError(
            "このデータベースは別のサーバーが使っています。先にそちらを止めてください。", 2
        ) from None
    return lock


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by its name: asyncio sends small answers at once (TCP_NODELAY) only where it is
    # said, and an answer in two packets would wait 40 ms for the other side's acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CommandError(
            f"{host} のポート {port} を使えません ({error.strerror})。"
            "ほかのプログラムを止めるか、--port で別の番号にしてください。", 2
        ) from error  # fmt: skip
    listener.listen(128)
    return listener


def run_serve(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    lock = _only_server(settings)
    listener = _listener(arguments.host, arguments.port)
    _, services = _services(arguments)
    _rule(settings, services.database)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    config = uvicorn.Config(
        create_app(settings, services),
        log_config=None,
        # Access lines hold paths with identifiers only, but nobody needs them: the log is the log.
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        limit_concurrency=200,
    )
    say(f"サーバーが動いています: http://{arguments.host}:{arguments.port}/")
    uvicorn.Server(config).run(sockets=[listener])
    services.database.dispose()
    lock.close()
    return 0


# --- terminals and the log ----------------------------------------------------------------------


def run_register(arguments: argparse.Namespace) -> int:
    try:
        key = bytes.fromhex(arguments.public_key)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise CommandError("公開鍵は16進 64 けたで書いてください。")
    _, services = _services(arguments)
    with services.database.write() as session:
        terminals.register(
            session, arguments.terminal, arguments.label, key,
            production=arguments.production, now=utc_now(),
            actor=operation_log.system_actor("command-line"),
        )  # fmt: skip
    say(f"端末 {arguments.terminal} を登録しました。")
    return 0


def run_print_log(arguments: argparse.Namespace) -> int:
    since = None
    if arguments.since:
        try:
            since = datetime.fromisoformat(arguments.since)
        except ValueError:
            raise CommandError(
                "--since は 2026-11-23T09:00:00+09:00 のように書いてください。"
            ) from None
        since = since if since.tzinfo else since.astimezone()
    _, services = _services(arguments)
    with services.database.write() as session:
        rows = print_log.rows_as_json(
            session, visit=arguments.visit, application_id=arguments.application, since=since
        )
        operation_log.append(
            session, EventCode.LOG_EXPORTED, operation_log.system_actor("command-line"),
            at=utc_now(), data={"format": "jsonl", "rows": len(rows), "purpose": "command-line"},
        )  # fmt: skip
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    return 0


def run_sheet(arguments: argparse.Namespace) -> int:
    _, services = _services(arguments)
    number = print_log.read_number(arguments.number)
    if number is None:
        raise CommandError("発行番号は 2026-000001 のように書いてください。")
    with services.database.write() as session:
        issue = print_log.issue_numbered(session, number)
        if issue is None:
            raise CommandError(f"発行番号 {number} はありません。")
        pdf = sheets.stored_sheet(services.keys, issue)
        if pdf is None:
            raise CommandError(f"発行番号 {number} は欠番です。証明書はありません。")
        operation_log.append(
            session, EventCode.SHEET_VIEWED, operation_log.system_actor("command-line"),
            at=utc_now(), subject=issue.id, data={"number": str(number)},
        )  # fmt: skip
    arguments.out.write_bytes(pdf)
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    with opened(arguments) as database, database.read() as session:
        report = operation_log.verify(session)
        changed = row_audit.audit(session) if report.fault is None else None
    if report.fault:
        say(f"記録がこわれています: {report.bad_seq} 行目 ({report.words})")
        return 1
    if changed is not None:
        say(f"印刷記録が操作記録と合いません。{changed.words}")
        return 1
    sys.stdout.write(f"ok {report.rows} {report.head}\n")
    return 0


# --- the demo -----------------------------------------------------------------------------------


def _demo_ledger(services: Services, data: Path) -> None:
    with services.database.read() as session:
        if count_entries(session):
            return
    say(f"見本の台帳 {DEMO_ENTRIES:,} 件を作って読み込みます…")
    sample = data / "sample-ledger.csv"
    write_sample(sample, DEMO_ENTRIES, DEMO_SEED)
    report = import_ledger(
        services.database, sample, "standard", now=utc_now(),
        actor=operation_log.system_actor("demo"),
    )  # fmt: skip
    if report.refused:
        raise CommandError("見本の台帳を読み込めませんでした。")


def _demo_account(services: Services, staff_id: str, name: str, pin: str | None) -> str:
    now = utc_now()
    with services.database.write() as session:
        made = accounts.create_account(
            session, staff_id=staff_id, display_name=name,
            role=accounts.Role.USER if pin else accounts.Role.GENERAL_MANAGER,
            valid_from=now - timedelta(minutes=1), valid_to=now + timedelta(days=DEMO_DAYS),
            now=now, actor=operation_log.system_actor("demo"), pin=pin,
        )  # fmt: skip
    if isinstance(made, accounts.AccountRefusal):
        raise CommandError(
            f"見本の職員 {staff_id} を作れませんでした ({made.code})。make reset-demo"
        )
    return made[1]


def _demo_terminal(services: Services, data: Path) -> Path:
    path = data / "keys" / f"{DEMO_TERMINAL}.pem"
    key = (
        TerminalKey.load(DEMO_TERMINAL, path)
        if path.exists()
        else TerminalKey.make(DEMO_TERMINAL, path)
    )
    with services.database.write() as session:
        if session.get(Terminal, DEMO_TERMINAL) is None:
            terminals.register(
                session, DEMO_TERMINAL, "見本の端末 1号機", key.public_bytes(), production=False,
                now=utc_now(), actor=operation_log.system_actor("demo"),
            )  # fmt: skip
    return path


def _demo_cards(services: Services, data: Path) -> Path:
    """The simulated reader's cards open the sample terminal; returns the PIV card's key file."""
    path = data / "keys" / "card.pem"
    if path.exists():
        return path
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    actor = operation_log.system_actor("demo")
    with services.database.write() as session:
        for made in (
            staff_cards.register_felica(
                session, services.keys, "opener", SAMPLE_IDM, actor, utc_now()
            ),
            staff_cards.register_piv(
                session, services.keys, "opener", public.decode("ascii"), actor, utc_now()
            ),
        ):
            if isinstance(made, accounts.AccountRefusal):
                raise CommandError(refusal(made.code))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    return path


def _kiosk_config(data: Path, port: int, key: Path, card: Path) -> Path:
    path = data / "kiosk.toml"
    path.write_text(
        "# 見本の端末の設定 (make run が書きます)\n"
        f'server_url = "http://127.0.0.1:{port}"\n'
        f'terminal = "{DEMO_TERMINAL}"\n'
        f'key_file = "{key.resolve()}"\n'
        "\n[printer]\n"
        'driver = "simulated"\n'
        f'control_socket = "{(data / "printer.sock").resolve()}"\n'
        "\n[sign_in]\n"
        'methods = ["staff_id", "felica", "piv"]\n'
        'reader = "simulated"\n'
        f'control_socket = "{(data / "card.sock").resolve()}"\n'
        f'piv_key = "{card.resolve()}"\n'
        "\n[acceptor]\n"  # asked for only where a fee is paid there
        'driver = "simulated"\n'
        f'control_socket = "{(data / "coins.sock").resolve()}"\n'
        f'memory = "{(data / "coins.json").resolve()}"\n',
        encoding="utf-8",
    )
    return path


def run_demo(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    data = settings.data_dir
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = _only_server(settings)
    _newest(Database(settings.database_url))
    settings, services = _services(arguments)
    facts_path = data / "demo.json"
    facts: dict[str, Any]
    _demo_ledger(services, data)
    key = _demo_terminal(services, data)
    if facts_path.exists():
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        with services.database.read() as session:
            chief = session.get(StaffAccount, facts["staff_id"])
            if chief is None or not chief.must_change:
                facts["first_password"] = ""  # the one that was printed is good no more
    else:
        pin = _demo_pin()
        facts = {
            "staff_id": "chief",
            "first_password": _demo_account(services, "chief", "見本 課長", None),
            "terminal_staff_id": "opener",
            "terminal_pin": pin,
        }
        _demo_account(services, "opener", "見本 係員", pin)
    card = _demo_cards(services, data)
    facts.update(
        terminal=DEMO_TERMINAL,
        terminal_key=str(key.resolve()),
        kiosk_config=str(_kiosk_config(data, arguments.port, key, card).resolve()),
        database=settings.database_url,
    )
    handle = os.open(facts_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=1)
    services.database.dispose()
    lock.close()
    return 0


def _demo_pin() -> str:
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(6))
        if accounts.good_pin(pin):
            return pin

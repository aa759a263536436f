"""``python -m admin demo``: a sample ledger, keys, staff and a terminal, in their own folder."""

from __future__ import annotations

import argparse
import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from admin.cli.common import CommandError, command, say, settings_of
from admin.cli.section import services_of
from admin.cli.server_commands import newest, only_server
from admin.db.engine import Database
from admin.db.issue_tables import Terminal
from admin.db.staff_tables import StaffAccount
from admin.ledger.entries import count_entries
from admin.ledger.importer import import_ledger
from admin.ledger.sample import write_sample
from admin.services import accounts, operation_log, staff_cards, terminals
from admin.services.context import Services, utc_now
from admin.views.sentences import refusal
from kiosk.ledger_client.signing import TerminalKey

#: Entries of the demo's ledger: the smallest that has every kind of case in every town.
DEMO_ENTRIES = 2400
DEMO_SEED = 20261123
DEMO_TERMINAL = "terminal-1"
DEMO_DAYS = 365
#: The number of the simulated reader's card (kiosk/cards/simulated.py, which a server cannot see;
#: a test compares them): MIHON in ASCII.
SAMPLE_IDM = "4d49484f4e000001"


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    demo = command(subparsers, "demo", "見本の台帳・鍵・職員・端末を用意します", run_demo)
    demo.add_argument("--port", type=int, default=8600)


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
    lock = only_server(settings)
    newest(Database(settings.database_url))
    services = services_of(arguments)
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

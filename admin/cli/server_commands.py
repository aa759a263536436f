"""``python -m admin``: migrate, serve."""

from __future__ import annotations

import argparse
import fcntl
import logging
import socket
from typing import IO

from admin.cli.common import CommandError, command, say, settings_of
from admin.cli.section import services_of
from admin.db.engine import Database
from admin.db.migrate import newest_revision, upgrade
from admin.ledger.index import is_stale
from admin.ledger.reindex import rebuild_rows
from admin.services import change_authority, operation_log
from admin.services.context import utc_now
from admin.settings import Settings


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command(subparsers, "migrate", "データベースを最新の版にします", run_migrate)
    serve = command(subparsers, "serve", "サーバーを動かします (止めるとき Ctrl-C)", run_serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8600)


def newest(database: Database) -> None:
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
    newest(database)
    _rule(settings, database)
    database.dispose()
    say(f"データベースは最新の版 {newest_revision()} です。")
    return 0


def only_server(settings: Settings) -> IO[str]:
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
    import uvicorn  # here: it and the pages take longer to load than most commands to run

    from admin.app import create_app

    settings = settings_of(arguments)
    lock = only_server(settings)
    listener = _listener(arguments.host, arguments.port)
    services = services_of(arguments)
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

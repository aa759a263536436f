"""``python -m kiosk``: parses the command line, nothing else."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from kiosk.config import ConfigFault, load_config


def _run(arguments: argparse.Namespace) -> int:
    config = load_config(arguments.config)
    if isinstance(config, ConfigFault):
        sys.stderr.write(f"{config.sentence} ({config.code})\n")
        return 2
    if not arguments.headless and not os.environ.get("DISPLAY"):
        sys.stderr.write(
            "画面 (DISPLAY) がありません。画面のあるところで動かすか、"
            "make run で仮の画面の実演をご覧ください。\n"
        )
        return 2
    from kiosk.app import StartFault, run  # the window's libraries, only when one is wanted

    try:
        return run(config, headless=arguments.headless)
    except StartFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kiosk", description="証明書の発行端末")
    commands = parser.add_subparsers(dest="command", required=True, metavar="命令")
    run = commands.add_parser("run", help="端末をひらきます", description="端末をひらきます。")
    run.add_argument("--config", type=Path, required=True, help="設定ファイル (TOML)")
    run.add_argument("--headless", action="store_true", help="画面なしで動かします (点検用)")
    run.set_defaults(run=_run)
    from kiosk.certificate.command import add_parser  # light: it imports what it draws with later

    add_parser(commands)
    from kiosk.cards.command import add_parser as add_card

    add_card(commands)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Exit 0 when the terminal was closed on purpose, 2 when it could not start."""
    chosen = _parser().parse_args(arguments)
    code: int = chosen.run(chosen)
    return code


if __name__ == "__main__":
    sys.exit(main())

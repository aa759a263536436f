"""``python -m admin qr-keys``: the keys of the signed QR codes; public halves for verifiers."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from admin.cli.common import CommandError, add_place, say, settings_of
from admin.services.context import JST, utc_now
from admin.services.qr_keys import PublicKey, QrKeys
from kiosk.domain.assets import asset_path
from kiosk.domain.eras import fiscal_year

_KEYS = re.compile(r'(<script type="application/json" id="keys">).*?(</script>)', re.DOTALL)


def add_parsers(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("qr-keys", help="二次元コードの鍵を一覧・作成・書き出しします")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, about, run in (
        ("list", "鍵の年度と公開鍵を出します", run_list),
        ("make", "ある年度の鍵を作ります。あれば取り替え、前の公開鍵は残します", run_make),
        ("export", "確かめる人に渡すページ (または公開鍵の JSON) を書き出します", run_export),
    ):
        action = actions.add_parser(name, help=about, description=about)
        add_place(action)
        action.set_defaults(run=run)
        if name == "make":
            action.add_argument("--year", type=int, help="年度 (省くと今年度)")
            action.add_argument("--replace", action="store_true", help="今ある鍵を取り替えます")
        if name == "export":
            action.add_argument("out", metavar="OUT.html", type=Path, help=".json なら公開鍵だけ")


def _keys(arguments: argparse.Namespace) -> QrKeys:
    return QrKeys(settings_of(arguments).keys.parent)


def _public(keys: QrKeys) -> list[PublicKey]:
    try:
        return keys.public_keys()
    except (OSError, ValueError) as error:
        raise CommandError(
            f"鍵のファイルを読めません（{error}）。写しから戻してください。"
        ) from error


def run_list(arguments: argparse.Namespace) -> int:
    for key in _public(_keys(arguments)):
        sys.stdout.write(json.dumps(as_json(key)) + "\n")
    return 0


def run_make(arguments: argparse.Namespace) -> int:
    year = arguments.year or fiscal_year(utc_now().astimezone(JST).date())
    if not 2000 <= year <= 2200:
        raise CommandError("年度は西暦で書いてください（例 2026）。")
    keys = _keys(arguments)
    there = any(key.fiscal_year == year and key.signs for key in _public(keys))
    if there and not arguments.replace:
        raise CommandError(f"{year} 年度の鍵はあります。取り替えるときは --replace を付けます。")
    made = keys.make(year)
    say(f"{year} 年度の鍵を作りました。サーバーを動かし直し、確かめるページを配り直してください。")
    sys.stdout.write(json.dumps(as_json(made)) + "\n")
    return 0


def run_export(arguments: argparse.Namespace) -> int:
    public = _public(_keys(arguments))
    if not public:
        raise CommandError("鍵がまだありません。先に python -m admin qr-keys make を実行します。")
    listed = json.dumps([as_json(key) for key in public], separators=(",", ":"))
    text = listed + "\n" if arguments.out.suffix == ".json" else page_with(public)
    try:
        arguments.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{arguments.out} に書き込めません（{error.strerror}）。") from error
    say(f"公開鍵 {len(public)} 本を {arguments.out} に書き出しました。")
    return 0


def as_json(key: PublicKey) -> dict[str, str | int | bool]:
    return {
        "year": key.fiscal_year,
        "kid": key.key_id.hex(),
        "public": key.public.hex(),
        "signs": key.signs,
    }


def page_with(keys: Sequence[PublicKey]) -> str:
    """The verifier's page with these public keys in it: one file, nothing is fetched."""
    page = asset_path("verify", "verify.html").read_text(encoding="utf-8")
    listed = json.dumps([as_json(key) for key in keys], separators=(",", ":"))
    made, count = _KEYS.subn(lambda found: found[1] + listed + found[2], page)
    if count != 1:
        raise CommandError("assets/verify/verify.html に鍵を入れる場所がありません。")
    return made

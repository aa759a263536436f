"""``python -m kiosk card``: what lies on the reader, for whoever registers it on the staff page."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.hazmat.primitives.serialization import PublicFormat as Public

from kiosk.cards.registry import PCSC, SignInConfig, make_reader
from kiosk.domain.card import (
    CardRefusal,
    CardSeen,
    FelicaCard,
    NoReader,
    NoReaderReason,
    PivCard,
    PivKey,
    SignInMethod,
)
from kiosk.domain.ports import CardReader

#: Time to find the card and lay it down.
WAIT_S = 30.0
LOOK_S = 0.2


def add_parser(commands: Any) -> None:
    """The subcommand ``card``."""
    about = (
        "カードリーダーにかざしたカードを読みます。FeliCa は IDm を、PIV カードは証明書を出します。"
        "職員のページの「職員ID」で登録してください。"
    )
    parser = commands.add_parser("card", help="職員のカードを読みます", description=about)
    parser.add_argument("--reader", default="", help="リーダーの名前の一部 (省くと、どれでも)")
    parser.add_argument("--out", type=Path, help="PIV カードの証明書 (PEM) を書くファイル")
    parser.add_argument("--wait", type=float, default=WAIT_S, help="カードを待つ秒数")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    config = SignInConfig((SignInMethod.PIV,), PCSC, arguments.reader)
    try:
        reader = make_reader(config)
    except ImportError:
        sys.stderr.write("pyscard がありません。pip install 'daicho-kiosk[card]' を実行します。\n")
        return 2
    assert reader is not None, "a card method was asked for"
    try:
        return show(reader, arguments.wait, arguments.out)
    finally:
        reader.close()


def show(reader: CardReader, wait_s: float, out: Path | None) -> int:
    """Wait for a card and say what it is. Exit 0 when it can be registered, 1 if not, 2 without a
    reader."""
    seen = _waited(reader, wait_s)
    if isinstance(seen, NoReader):
        service = seen.reason is NoReaderReason.SERVICE
        sys.stderr.write(
            "カードリーダーの受け付け (pcscd) が動いていません。\n"
            if service
            else "カードリーダーがつながっていません。\n"
        )
        return 2
    if isinstance(seen, FelicaCard):
        sys.stdout.write(f"FeliCa IDm {seen.idm.hex().upper()}\n")
        return 0
    key = reader.piv_key(seen) if isinstance(seen, PivCard) else None
    if isinstance(key, PivKey):
        return _written(key, out)
    sys.stderr.write(
        "このカードには、使える証明書がありません。\n"
        if isinstance(key, CardRefusal)
        else "登録できるカードがありません。\n"
    )
    return 1


def _waited(reader: CardReader, wait_s: float) -> CardSeen:
    end = time.monotonic() + wait_s
    while True:
        seen = reader.look()
        if isinstance(seen, NoReader | FelicaCard | PivCard) or time.monotonic() >= end:
            return seen
        time.sleep(LOOK_S)


def _written(key: PivKey, out: Path | None) -> int:
    pem = _pem(key)
    if out is None:
        sys.stdout.write(pem)
        return 0
    try:
        out.write_text(pem, encoding="ascii")
    except OSError as error:
        sys.stderr.write(f"{out} に書けません ({error.strerror})。\n")
        return 1
    sys.stdout.write(f"PIV {key.slot:02X} の証明書を {out} に書きました。\n")
    return 0


def _pem(key: PivKey) -> str:
    """The certificate, or the public key of a card that shows no more."""
    if key.certificate:
        certificate = x509.load_der_x509_certificate(key.certificate)
        return certificate.public_bytes(Encoding.PEM).decode("ascii")
    public = load_der_public_key(key.public_key)
    return public.public_bytes(Encoding.PEM, Public.SubjectPublicKeyInfo).decode("ascii")

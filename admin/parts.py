"""The section's real parts without its web server: database, keys, form. Commands need no more."""

from __future__ import annotations

from admin.db.ready import NotReadyError, open_ready
from admin.ledger.entries import load_entry
from admin.services.context import Services
from admin.services.failpoints import VARIABLE as FAILPOINT
from admin.services.field_cipher import KeyRing
from admin.services.qr_keys import QrKeys, signer
from admin.settings import Settings
from kiosk.certificate.form import FormFault
from kiosk.certificate.maker import CertificateMaker


def make_services(settings: Settings) -> Services:
    """Open database, keys and form. Raises NotReadyError with a sentence for the operator."""
    if settings.production and settings.failpoint:
        raise NotReadyError(f"{FAILPOINT} は本番では使えません。")
    database = open_ready(settings.database_url)
    maker = CertificateMaker.load(settings.form)
    if isinstance(maker, FormFault):
        database.dispose()
        raise NotReadyError(f"様式 {settings.form} を使えません: {maker}")
    qr_keys = QrKeys(settings.keys.parent)
    return Services(
        database=database,
        keys=KeyRing.load_or_make(settings.keys),
        sheets=maker,
        load_entry=load_entry,
        seal=maker.seal,
        code=signer(maker, qr_keys),
        code_keys=qr_keys.public_keys,
    )

"""建築主 as the list of hits shows it: a person's name is masked, an organisation's is not.

The list is for telling entries apart; the whole name is shown once one entry has been opened.
Unsure counts as a person, which shows less.
"""

from __future__ import annotations

from dataclasses import replace

from kiosk.certificate.content import mask
from kiosk.certificate.owners import BodyMarkers
from kiosk.domain.near import SiteEntry
from kiosk.domain.query import Hit

STARS = "＊＊"
#: Words of the names of organisations, as a form's ``corporate_markers``.
ORGANISATION = BodyMarkers((
    "株式会社", "有限会社", "合同会社", "合資会社", "合名会社", "相互会社", "(株)", "(有)", "(同)",
    "法人", "組合", "公社", "公団", "事業団", "連合会", "自治会", "銀行", "信用金庫", "国土交通",
    "都知事", "江戸川区立", "～協会", "～町会", "～機構", "～学園", "～神社", "～東京都",
    "～江戸川区", "～区長", "～市長", "～局", "～委員会",
))  # fmt: skip


def is_organisation(owner: str) -> bool:
    return ORGANISATION.named(owner)


def listed_hit(hit: Hit) -> Hit:
    """A hit with its owner as recorded, for a list of which no form says otherwise."""
    return replace(hit, owner=listed_owner(hit.owner))


def listed_past(entry: SiteEntry) -> SiteEntry:
    """An entry of a site's history, as ``listed_hit``."""
    return replace(entry, hit=listed_hit(entry.hit))


def listed_owner(owner: str) -> str:
    """The owner for the list of hits."""
    return owner if not owner or is_organisation(owner) else mask(owner, STARS)

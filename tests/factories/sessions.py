"""One session for each screen, as a visit would make it; people and buildings are invented."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

from PIL import Image, ImageDraw

from kiosk.domain.applicant import ApplicantDraft, ApplicantKind, field_faults
from kiosk.domain.card import (
    FelicaCard,
    NoCard,
    NoReader,
    NoReaderReason,
    PivCard,
    SignInMethod,
)
from kiosk.domain.certificate import CertificateContent, ContentItem, FormIdentity
from kiosk.domain.fees import FeeMode, FeeRate, Payment, PaymentState
from kiosk.domain.issuance import IssueState
from kiosk.domain.ledger import (
    Category,
    Disposition,
    DispositionKind,
    LedgerEntry,
    NotCertifiable,
    RecordedDate,
)
from kiosk.domain.near import (
    BesideLot,
    Happening,
    HappeningKind,
    Neighbours,
    SiteEntry,
    SiteHistory,
)
from kiosk.domain.ports import Application, CheckResult
from kiosk.domain.printer import PrinterState, PrinterStatus, PrintProgress
from kiosk.domain.query import Found, Hit, Narrowing, NoHits, Query, QueryKind, TooMany
from kiosk.domain.recorded_dates import parse_recorded_date
from kiosk.input.areas import ward_areas
from kiosk.session.state import (
    CopyJob,
    Facts,
    IssuedCopy,
    Overlay,
    Phase,
    SearchDraft,
    Session,
    Stage,
    Trouble,
    Visit,
)

DAY = RecordedDate("平成12年5月1日", date(2000, 5, 1), date(2000, 5, 1))
READY = PrinterStatus(PrinterState.IDLE, frozenset())
FACTS = Facts(
    terminal="terminal-1", label="見本の端末", data_as_of="2026-10-31", accepting=True,
    printer=READY, opened=True, tested=True,
)  # fmt: skip
DRAFT = ApplicantDraft(
    ApplicantKind.CORPORATION, "株式会社見本設計", "見本　髙﨑 花子", "132-0021",
    "東京都江戸川区中央一丁目4番1号 見本ビル", "03-1234-5678",
)  # fmt: skip
CHANGE = Disposition(DispositionKind.PLAN_CHANGE, "第H12-0123-1号", DAY, "江戸川区建築主事")
ENTRY = LedgerEntry(
    entry_id=1, version=1, ledger_no="見本-000123", category=Category.BUILDING,
    confirmation_no="第H12-0123号", confirmation_date=DAY, confirmation_issuer="江戸川区建築主事",
    inspection_no="", inspection_date=None, inspection_issuer="", owner="見本　太郎",
    lot="中央一丁目4番1、4番2、4番3の一部", residential_address="中央一丁目4番1号",
    main_use="共同住宅（18戸）、店舗", work_kind="新築", structure="鉄筋コンクリート造 一部 鉄骨造",
    storeys_above="5", storeys_below="1", site_area="312.45", building_area="201.08",
    total_floor_area="893.77", remarks="一団地の認定あり（見本）",
    dispositions=(CHANGE,),
)  # fmt: skip
APPLICATION = Application("11111111-1111-4111-8111-111111111111", "U-0001-SAMPLE")
CONTENT = CertificateContent(
    form=FormIdentity("sample", "1", "0" * 64, sample=True), entry_id=1, entry_version=1,
    items=(ContentItem("owner", "建築主", "見本　太郎"),),
)  # fmt: skip


def hit(number: int, **changes: object) -> Hit:
    base = Hit(
        entry_id=number, version=1, ledger_no=f"見本-{number}", category=Category.BUILDING,
        confirmation_no=f"第H12-{number:04d}号", confirmation_date="平成12年5月1日",
        lot="中央一丁目4番1", residential_address="中央一丁目4番1号", owner="見本　＊＊",
        main_use="一戸建ての住宅", work_kind="新築", structure="木造", storeys="地上2階",
        total_floor_area="98.55", inspected=number % 2 == 0,
    )  # fmt: skip
    return replace(base, **changes)  # type: ignore[arg-type]


def _page() -> bytes:
    picture = Image.new("RGB", (1000, 1414), "white")
    draw = ImageDraw.Draw(picture)
    for line in range(30):
        draw.rectangle((120, 160 + line * 36, 880, 164 + line * 36), fill="#888888")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


PAGE = _page()
NARROW = tuple(
    Narrowing(f"{year}年", Query(QueryKind.LOT, "4-1", "中央一丁目", year), 12)
    for year in range(2000, 2006)
)


def _what(kind: HappeningKind, said: str) -> Happening:
    return Happening(kind, said, parse_recorded_date(said))


def past(number: int, *happenings: tuple[HappeningKind, str], **changes: object) -> SiteEntry:
    """One entry of a site's history; the first happening is its confirmation."""
    doubtful = bool(changes.pop("doubtful", False))
    said = happenings[0][1]
    line = hit(number, confirmation_date=said, **changes)
    return SiteEntry(line, tuple(_what(*one) for one in happenings), doubtful)


_K = HappeningKind
HISTORY = SiteHistory(
    1,
    "中央一丁目4番1、4番2、4番3の一部",
    (
        past(6, (_K.CONFIRMATION, "令和5年11月"), category=Category.LIFT,
             confirmation_no="第R05確認昇降機江戸川0000123号の2", main_use="乗用エレベーター",
             work_kind="新設", structure="", storeys=""),
        past(7, (_K.CONFIRMATION, "令和5年10月2日"), main_use="共同住宅（18戸）、店舗",
             structure="鉄筋コンクリート造 一部 鉄骨造", storeys="地上5階 地下1階"),
        past(5, (_K.PLAN_CHANGE, "平成12年8月1日"), work_kind="新築（計画変更）"),
        past(1, (_K.CONFIRMATION, "平成12年5月1日"), (_K.MINOR_CHANGE, "平成12年7月3日"),
             (_K.INTERMEDIATE, "平成12年9月1日"), (_K.INSPECTION, "平成13年3月30日"),
             (_K.REMOVAL, "令和4年12月1日")),
        past(4, (_K.CONFIRMATION, "昭和62年4月10日"), (_K.CANCELLATION, "昭和62年9月1日"),
             not_certifiable=NotCertifiable.CANCELLED, main_use="事務所"),
        past(3, (_K.CONFIRMATION, "昭和49年"), (_K.INSPECTION, "昭和50年"), doubtful=True,
             lot="中央1-4-1", main_use="店舗併用住宅"),
        past(2, (_K.CONFIRMATION, "昭和31年5月20日"), lot="小松川町1-4番地の1",
             not_certifiable=NotCertifiable.SCAN_ONLY),
    ),
)  # fmt: skip


def _lot(label: str, count: int) -> BesideLot:
    return BesideLot(label, Query(QueryKind.LOT, label[5:], "中央一丁目"), count)


NEIGHBOURS = Neighbours(
    1,
    "中央一丁目4番1、4番2、4番3の一部",
    tuple(_lot(f"中央一丁目{n}", c) for n, c in ((3, 4), (2, 12), (1, 1))),
    (
        *(_lot(f"中央一丁目4-{n}", c) for n, c in ((4, 1), (5, 2), (12, 1))),
        _lot("中央一丁目5", 51),
        _lot("中央一丁目6", 3),
    ),
    _lot("中央一丁目4", 11),
)


def at(phase: Phase, visit: Visit | None = None, **changes: object) -> Session:
    return replace(Session(phase=phase, facts=FACTS, visit=visit), **changes)  # type: ignore[arg-type]


def visit(**changes: object) -> Visit:
    return replace(Visit("visit-1", draft=DRAFT, application=APPLICATION), **changes)  # type: ignore[arg-type]


_BARE = visit(draft=ApplicantDraft())
_FAULTY = ApplicantDraft(ApplicantKind.CORPORATION, postal_code="123", phone="090-1")
_JOB = CopyJob(
    1, 2, "key", stage=Stage.PRINTING, number="2026-000123",
    progress=PrintProgress(page=1, pages=2, bytes_written=410, bytes_total=1000),
)  # fmt: skip
_PRINTED = (
    IssuedCopy("2026-000123", IssueState.PRINTED),
    IssuedCopy("2026-000124", IssueState.PRINTED),
)
_PIV_ONLY = (SignInMethod.PIV,)
_FELICA = FelicaCard(1, b"MIHON\x00\x00\x01")


def _payment(mode: FeeMode, **changes: object) -> Payment:
    made = Payment("payment-1", "F-00012", PaymentState.AWAITING, mode, 400, 3)
    return replace(made, **changes)  # type: ignore[arg-type]


_CHECKS = tuple(
    CheckResult(name, name != "paper", "" if name != "paper" else "paper_empty")
    for name in (
        "printer", "paper", "server", "form", "clock", "fonts", "display", "disk", "recovery",
        "card",
    )
)  # fmt: skip

#: Every screen there is, and its states that look different. The names become file names.
GALLERY: dict[str, Session] = {
    "starting": Session(),
    "sign-in": at(Phase.SIGN_IN, notice="staff_needed"),
    "sign-in-power-cycle": at(
        Phase.SIGN_IN, notice="power_cycle_needed", facts=replace(FACTS, power_cycle_needed=True)
    ),
    "sign-in-card-wanted": at(
        Phase.SIGN_IN, facts=replace(FACTS, methods=tuple(SignInMethod), card=NoCard())
    ),
    "sign-in-felica": at(
        Phase.SIGN_IN, facts=replace(FACTS, methods=tuple(SignInMethod), card=_FELICA)
    ),
    "sign-in-piv-only": at(
        Phase.SIGN_IN, facts=replace(FACTS, methods=_PIV_ONLY, card=PivCard(1)),
        notice="card_pin_last",
    ),
    "sign-in-piv-signing": at(
        Phase.SIGN_IN, waiting="OpenByCard",
        facts=replace(FACTS, methods=_PIV_ONLY, card=PivCard(1), signing=PivCard(1)),
    ),
    "sign-in-other-card": at(
        Phase.SIGN_IN, facts=replace(FACTS, methods=_PIV_ONLY, card=_FELICA), notice="card_removed"
    ),
    "sign-in-no-reader": at(
        Phase.SIGN_IN, notice="power_cycle_needed",
        facts=replace(
            FACTS, methods=tuple(SignInMethod), card=NoReader(NoReaderReason.READER),
            power_cycle_needed=True,
        ),
    ),
    "self-test": at(Phase.SELF_TEST, facts=replace(FACTS, checks=_CHECKS)),
    "out-of-order": at(
        Phase.OUT_OF_ORDER, notice="self_test_failed", trouble=Trouble.SELF_TEST,
        facts=replace(FACTS, checks=_CHECKS),
    ),
    "closed": at(
        Phase.CLOSED, notice="stopped",
        facts=replace(FACTS, stop_reason="点検のため、午後3時まで発行を止めています。"),
    ),
    "attract": at(Phase.ATTRACT),
    "consent": at(Phase.CONSENT, _BARE),
    "applicant-empty": at(Phase.APPLICANT, _BARE),
    "applicant-corporation": at(Phase.APPLICANT, visit(focus="name")),
    "applicant-faults": at(
        Phase.APPLICANT,
        visit(draft=_FAULTY, faults=tuple(field_faults(_FAULTY).items()), focus="postal_code"),
        notice="applicant_faults",
    ),
    "search-towns": at(Phase.SEARCH, visit()),
    "search-chome": at(Phase.SEARCH, visit(search=SearchDraft(town_base="中央"))),
    "map-ward": at(Phase.SEARCH, visit(search=SearchDraft(area=""))),
    **{
        f"map-area-{number}": at(Phase.SEARCH, visit(search=SearchDraft(area=area)))
        for number, area in enumerate(ward_areas(), start=1)
    },
    "map-chome": at(Phase.SEARCH, visit(search=SearchDraft(town_base="中央", area="中央・松江"))),
    "map-chome-many": at(
        Phase.SEARCH, visit(search=SearchDraft(town_base="東葛西", area="葛西"))
    ),
    "search-number": at(
        Phase.SEARCH, visit(search=SearchDraft(town_base="中央", town="中央一丁目", text="4－1"))
    ),
    "search-confirmation": at(
        Phase.SEARCH, visit(search=SearchDraft(QueryKind.CONFIRMATION, text="123", year=2000))
    ),
    "search-residential": at(
        Phase.SEARCH,
        visit(search=SearchDraft(QueryKind.RESIDENTIAL, town_base="一之江町", town="一之江町")),
    ),
    "search-owner": at(
        Phase.SEARCH, visit(search=SearchDraft(QueryKind.OWNER, text="見本")), waiting="Search"
    ),
    "results-found": at(
        Phase.RESULTS, visit(result=Found(tuple(hit(n) for n in range(1, 9)), NARROW[:2]))
    ),
    "results-too-many": at(
        Phase.RESULTS,
        visit(
            result=TooMany(
                1001,
                (
                    hit(
                        1, category=Category.LIFT, not_certifiable=NotCertifiable.SCAN_ONLY,
                        confirmation_no="第R06確認昇降機江戸川0000123号の2",
                        total_floor_area="915㎡",
                    ),
                    *(hit(n) for n in range(2, 51)),
                ),
                NARROW,
            )
        ),
    ),
    "results-none": at(Phase.RESULTS, visit(result=NoHits(NARROW[:3]))),
    "staff-menu": at(
        Phase.STAFF_MENU, notice="slip_printed",
        facts=replace(FACTS, checks=_CHECKS, staff_name="見本　係子"),
    ),
    "entry": at(Phase.ENTRY, visit(entry=ENTRY)),
    "entry-counter": at(
        Phase.ENTRY, visit(entry=replace(ENTRY, not_certifiable=NotCertifiable.CANCELLED))
    ),
    "history": at(Phase.HISTORY, visit(entry=ENTRY, history=HISTORY)),
    "history-one": at(
        Phase.HISTORY,
        visit(entry=ENTRY, history=replace(HISTORY, entries=(HISTORY.entries[3],))),
    ),
    "history-few": at(
        Phase.HISTORY,
        visit(
            entry=replace(ENTRY, entry_id=6),
            history=replace(HISTORY, entries=(HISTORY.entries[0], HISTORY.entries[6])),
        ),
        notice="near_unavailable",
    ),
    "history-no-site": at(
        Phase.HISTORY,
        visit(entry=ENTRY, history=SiteHistory(1, "", (past(1, (_K.CONFIRMATION, "")),))),
    ),
    "neighbours": at(Phase.NEIGHBOURS, visit(entry=ENTRY, neighbours=NEIGHBOURS)),
    "neighbours-none": at(
        Phase.NEIGHBOURS, visit(entry=ENTRY, neighbours=Neighbours(1, "中央一丁目4番1", (), ()))
    ),
    "preview": at(
        Phase.PREVIEW, visit(entry=ENTRY, content=CONTENT, preview_pages=(PAGE, PAGE))
    ),
    "confirm": at(Phase.CONFIRM, visit(entry=ENTRY, content=CONTENT, copies=2)),
    "confirm-no-paper": at(
        Phase.CONFIRM, visit(entry=ENTRY, content=CONTENT), notice="printer.media-empty"
    ),
    "attract-fee": at(Phase.ATTRACT, facts=replace(FACTS, fee=FeeRate(FeeMode.COUNTER, 400))),
    "confirm-fee": at(
        Phase.CONFIRM, visit(entry=ENTRY, content=CONTENT, copies=3),
        facts=replace(FACTS, fee=FeeRate(FeeMode.COUNTER, 400)),
    ),
    "payment-asking": at(Phase.PAYMENT, visit(entry=ENTRY), waiting="RequestPayment"),
    "payment-counter": at(
        Phase.PAYMENT, visit(entry=ENTRY, payment=_payment(FeeMode.COUNTER)), countdown=543
    ),
    "payment-machine": at(
        Phase.PAYMENT, visit(entry=ENTRY, payment=_payment(FeeMode.ACCEPTOR, deposit=700)),
        countdown=97,
    ),
    "payment-machine-jam": at(
        Phase.PAYMENT, visit(entry=ENTRY, payment=_payment(FeeMode.ACCEPTOR, deposit=700)),
        countdown=97, notice="acceptor.jammed",
    ),
    "payment-machine-idle": at(
        Phase.PAYMENT, visit(entry=ENTRY, payment=_payment(FeeMode.ACCEPTOR, deposit=700)),
        countdown=38, overlay=Overlay.IDLE_WARNING,
    ),
    "payment-counter-idle": at(
        Phase.PAYMENT, visit(entry=ENTRY, payment=_payment(FeeMode.COUNTER)), countdown=38,
        overlay=Overlay.IDLE_WARNING,
    ),
    "take-paper-refund": at(
        Phase.TAKE_PAPER,
        visit(
            issued=_PRINTED[:1],
            refund=_payment(
                FeeMode.ACCEPTOR, state=PaymentState.OWING, deposit=100, returned=700
            ),
        ),
        countdown=120, notice="rest_not_issued",
    ),
    "sorry-refund": at(
        Phase.SORRY,
        visit(refund=_payment(FeeMode.COUNTER, state=PaymentState.OWING, deposit=1200)),
        countdown=30, notice="payment_stopped",
    ),
    "printing": at(Phase.PRINTING, visit(entry=ENTRY, job=_JOB)),
    "take-paper": at(Phase.TAKE_PAPER, visit(issued=_PRINTED), countdown=120),
    "end": at(Phase.END, visit(issued=_PRINTED), countdown=10),
    "end-slip": at(Phase.END, visit(issued=_PRINTED), waiting="PrintSlip"),
    "entry-no-glyph": at(
        Phase.ENTRY, visit(entry=ENTRY), notice="refusal.missing_glyph",
        notice_detail="U+845B U+E01EF",
    ),
    "sorry": at(
        Phase.SORRY, visit(issued=(IssuedCopy("2026-000125", IssueState.UNKNOWN),)), countdown=30,
        notice="print_unknown",
    ),
    "idle-warning": at(
        Phase.SEARCH, visit(), overlay=Overlay.IDLE_WARNING, countdown=17
    ),
    "cancel": at(Phase.APPLICANT, visit(), overlay=Overlay.CANCEL_CONFIRM),
}  # fmt: skip

"""A person's way from the attract screen to the confirm screen. Nothing here touches paper."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from kiosk.domain.applicant import (
    FIELD_ORDER,
    Applicant,
    ApplicantDraft,
    check_applicant,
    field_faults,
    lacks_number,
)
from kiosk.domain.certificate import DrawRefusal
from kiosk.domain.ledger import LedgerEntry
from kiosk.domain.ports import ServerFault
from kiosk.domain.query import (
    MAX_QUERY_LENGTH,
    Query,
    QueryKind,
    SearchResult,
    SearchUnavailable,
)
from kiosk.session.effects import Apply, MakePreview, OpenEntry, Search
from kiosk.session.events import (
    AnotherBuilding,
    ApplicantDone,
    ApplyAnswered,
    BackPressed,
    Begin,
    CancelConfirmed,
    CancelDismissed,
    CancelPressed,
    CertifyPressed,
    ConsentGiven,
    CopiesChosen,
    EntryAnswered,
    FieldEdited,
    FieldFocused,
    Finished,
    HitChosen,
    KindChosen,
    NarrowingChosen,
    PaperTaken,
    PreviewAccepted,
    PreviewMade,
    PreviewPageTurned,
    SearchAnswered,
    SearchKindChosen,
    SearchPressed,
    SearchTextEdited,
    StillHere,
    TownChosen,
    YearChosen,
)
from kiosk.session.ids import derived_id
from kiosk.session.moves import (
    FREE_PHASES,
    Step,
    end_visit,
    give_up_waiting,
    go,
    heard_stop,
    say,
    server_lost,
    sorry,
    stay,
    visit_of,
    wait_for,
)
from kiosk.session.notices import Notice, not_certifiable_notice, refusal_notice
from kiosk.session.state import MAX_COPIES, Overlay, Phase, SearchDraft, Session, Visit

#: Typed text beyond this is not kept: longer than any item may be, short enough to be no load.
MAX_TYPED = 400


def _with_visit(session: Session, visit: Visit) -> Step:
    return replace(session, visit=visit, notice="", notice_detail=""), ()


# --- attract and consent ------------------------------------------------------------------------


def begin(session: Session, _: Begin) -> Step:
    session, visit_id = derived_id(session, "visit")
    return go(replace(session, visit=Visit(visit_id)), Phase.CONSENT), ()


def consent_given(session: Session, _: ConsentGiven) -> Step:
    return go(session, Phase.APPLICANT), ()


# --- the applicant ------------------------------------------------------------------------------


def _with_draft(session: Session, draft: ApplicantDraft) -> Step:
    """A changed draft; items that were found wrong are judged again while they are mended."""
    visit = visit_of(session)
    now_wrong = field_faults(draft)
    faults = tuple((name, now_wrong[name]) for name, _ in visit.faults if name in now_wrong)
    return _with_visit(give_up_waiting(session), replace(visit, draft=draft, faults=faults))


def kind_chosen(session: Session, event: KindChosen) -> Step:
    return _with_draft(session, replace(visit_of(session).draft, kind=event.kind))


def field_focused(session: Session, event: FieldFocused) -> Step:
    if event.name not in FIELD_ORDER:
        return stay(session)
    return replace(session, visit=replace(visit_of(session), focus=event.name)), ()


def field_edited(session: Session, event: FieldEdited) -> Step:
    if event.name not in FIELD_ORDER:
        return stay(session)
    return _with_draft(
        session, visit_of(session).draft.with_field(event.name, event.text[:MAX_TYPED])
    )


def applicant_done(session: Session, _: ApplicantDone) -> Step:
    if session.waiting:
        return stay(session)
    visit = visit_of(session)
    checked = check_applicant(visit.draft)
    if not isinstance(checked, Applicant):
        faulty = replace(visit, faults=tuple(checked.items()), focus=next(iter(checked)))
        return say(replace(session, visit=faulty), Notice.APPLICANT_FAULTS)
    if lacks_number(checked.address) and not visit.number_asked:
        doubted = replace(visit, number_asked=True, focus="address", faults=())
        return say(replace(session, visit=doubted), Notice.ADDRESS_NUMBER)
    if visit.application is not None and visit.applicant == checked:
        return go(session, Phase.SEARCH), ()  # back and forth makes no second application
    kept = replace(visit, applicant=checked, application=None, faults=())
    asked = replace(session, visit=kept)
    return wait_for(asked, Apply(asked.generation, visit.visit_id, checked))


def apply_answered(session: Session, event: ApplyAnswered) -> Step:
    if session.waiting != "Apply":
        return stay(session)
    if isinstance(event.answer, ServerFault):
        told = heard_stop(session, event.answer)
        if not told.facts.accepting:
            return sorry(told, Notice.STOPPED, "stopped")
        return say(told, Notice.APPLY_FAILED, event.answer.code)
    visit = replace(visit_of(session), application=event.answer)
    return go(replace(session, visit=visit), Phase.SEARCH), ()


# --- the search ---------------------------------------------------------------------------------


def _with_search(session: Session, search: SearchDraft) -> Step:
    return _with_visit(give_up_waiting(session), replace(visit_of(session), search=search))


def search_kind_chosen(session: Session, event: SearchKindChosen) -> Step:
    old = visit_of(session).search
    if event.kind is old.kind:
        return stay(session)
    return _with_search(session, SearchDraft(event.kind))


def town_chosen(session: Session, event: TownChosen) -> Step:
    old = visit_of(session).search
    return _with_search(session, replace(old, town_base=event.base, town=event.town))


def search_text_edited(session: Session, event: SearchTextEdited) -> Step:
    old = visit_of(session).search
    return _with_search(session, replace(old, text=event.text[:MAX_TYPED]))


def year_chosen(session: Session, event: YearChosen) -> Step:
    return _with_search(session, replace(visit_of(session).search, year=event.year))


def _query(search: SearchDraft) -> Query | Notice:
    """What is asked, or why it cannot be."""
    text = search.text.strip()
    by_place = search.kind in {QueryKind.LOT, QueryKind.RESIDENTIAL}
    if not text and not (by_place and (search.town or search.town_base)):
        return Notice.SEARCH_EMPTY
    if len(text) > MAX_QUERY_LENGTH:
        return Notice.SEARCH_TOO_LONG
    if any(unicodedata.category(ch) in {"Cc", "Cs"} for ch in text):
        return Notice.SEARCH_CONTROL
    if not by_place or search.town:
        return Query(search.kind, text, search.town or None, search.year)
    # Only 中央 was tapped, not which 丁目: the server reads it as the beginning of what was typed.
    return Query(search.kind, search.town_base + text, None, search.year)


def _ask(session: Session, query: Query) -> Step:
    application = visit_of(session).application
    if application is None:
        return say(session, Notice.SEARCH_UNAVAILABLE)
    return wait_for(session, Search(session.generation, application.application_id, query))


def ask_for(session: Session, query: Query) -> Step:
    """A button that stands for a search: it is made, and the search screen says it from then on."""
    visit = visit_of(session)
    town = query.town or ""
    tapped = visit.search.town_base
    base = tapped if tapped and town.startswith(tapped) else town
    search = SearchDraft(query.kind, base, town, query.text, query.year)
    return _ask(replace(session, visit=replace(visit, search=search)), query)


def search_pressed(session: Session, _: SearchPressed) -> Step:
    if session.waiting:
        return stay(session)
    query = _query(visit_of(session).search)
    return say(session, query) if isinstance(query, Notice) else _ask(session, query)


def _choices(result: SearchResult | None) -> tuple[Query, ...]:
    if result is None or isinstance(result, SearchUnavailable):
        return ()
    return tuple(choice.query for choice in result.choices)


def narrowing_chosen(session: Session, event: NarrowingChosen) -> Step:
    visit = visit_of(session)
    if session.waiting or event.query not in _choices(visit.result):
        return stay(session)
    return ask_for(session, event.query)


#: What the server wants before it searches; any other code is its own trouble.
_UNAVAILABLE = {
    "owner_needs_place": Notice.SEARCH_NEEDS_PLACE,
    "too_fast": Notice.SEARCH_TOO_FAST,
}


def search_answered(session: Session, event: SearchAnswered) -> Step:
    if session.waiting != "Search":
        return stay(session)
    if isinstance(event.result, SearchUnavailable):
        notice = _UNAVAILABLE.get(event.result.code, Notice.SEARCH_UNAVAILABLE)
        return say(session, notice, event.result.code)
    visit = replace(
        visit_of(session), result=event.result, history=None, neighbours=None, from_history=False
    )
    as_of = event.result.data_as_of or session.facts.data_as_of
    facts = replace(session.facts, data_as_of=as_of)
    return go(replace(session, facts=facts, visit=visit), Phase.RESULTS), ()


# --- the entry and its preview ------------------------------------------------------------------


def _found_ids(visit: Visit) -> frozenset[int]:
    """Entries that this visit was shown, in the list or in a history: no other can be opened."""
    hits = getattr(visit.result, "hits", ())
    past = visit.history.entries if visit.history else ()
    return frozenset((*(hit.entry_id for hit in hits), *(one.hit.entry_id for one in past)))


def hit_chosen(session: Session, event: HitChosen) -> Step:
    visit = visit_of(session)
    if session.waiting or visit.application is None:
        return stay(session)
    if event.entry_id not in _found_ids(visit):
        return stay(session)
    return wait_for(
        session,
        OpenEntry(session.generation, visit.application.application_id, event.entry_id),
    )


def entry_answered(session: Session, event: EntryAnswered) -> Step:
    """On a list or a history: to the entry. On the entry: it had changed, and was read again."""
    if session.waiting != "OpenEntry":
        return stay(session)
    visit = visit_of(session)
    if isinstance(event.answer, ServerFault):
        if session.phase is Phase.ENTRY:  # what is shown is known to be old: do not leave it there
            gone = replace(session, visit=replace(visit, entry=None, shown=None))
            return go(gone, Phase.RESULTS, Notice.ENTRY_UNAVAILABLE, event.answer.code), ()
        return say(session, Notice.ENTRY_UNAVAILABLE, event.answer.code)
    if event.answer.entry_id not in _found_ids(visit):
        return say(session, Notice.ENTRY_UNAVAILABLE, "other_entry")
    return _show_entry(session, event.answer, event.shown)


def _show_entry(session: Session, entry: LedgerEntry, shown: LedgerEntry | None) -> Step:
    keep = session.notice if session.phase is Phase.ENTRY else ""
    visit = visit_of(session)
    here = session.phase is Phase.HISTORY or (session.phase is Phase.ENTRY and visit.from_history)
    visit = replace(
        visit, entry=entry, shown=shown, content=None, preview_pages=(), preview_page=0, copies=1,
        from_history=here,
    )  # fmt: skip
    notice: str = keep
    if entry.not_certifiable is not None:
        notice = not_certifiable_notice(entry.not_certifiable.value)
    return go(replace(session, visit=visit), Phase.ENTRY, notice), ()


def read_entry_again(session: Session) -> Step:
    """The ledger changed under the preview: say so, and read the entry once more."""
    visit = visit_of(session)
    bare = replace(visit, content=None, preview_pages=(), preview_page=0, job=None)
    shown = go(replace(session, visit=bare), Phase.ENTRY, Notice.STALE_CONTENT)
    if visit.application is None or visit.entry is None:
        return stay(shown)
    effect = OpenEntry(shown.generation, visit.application.application_id, visit.entry.entry_id)
    return replace(shown, waiting="OpenEntry"), (effect,)


def certify_pressed(session: Session, _: CertifyPressed) -> Step:
    entry = visit_of(session).entry
    if session.waiting or entry is None:
        return stay(session)
    if entry.not_certifiable is not None:
        return say(session, not_certifiable_notice(entry.not_certifiable.value))
    return wait_for(session, MakePreview(session.generation, entry))


def preview_made(session: Session, event: PreviewMade) -> Step:
    if session.waiting != "MakePreview":
        return stay(session)
    visit, answer = visit_of(session), event.answer
    if isinstance(answer, DrawRefusal):
        sequences = " / ".join(glyph.sequence for glyph in answer.missing)
        return say(session, refusal_notice(answer.code), sequences)
    entry = visit.entry
    same = entry is not None and (answer.entry_id, answer.entry_version) == (
        entry.entry_id,
        entry.version,
    )
    if not same or not event.pages:
        return say(session, Notice.REFUSAL_OTHER)
    seen = replace(visit, content=answer, preview_pages=event.pages, preview_page=0)
    return go(replace(session, visit=seen), Phase.PREVIEW), ()


def preview_page_turned(session: Session, event: PreviewPageTurned) -> Step:
    visit = visit_of(session)
    if not 0 <= event.page < len(visit.preview_pages):
        return stay(session)
    return replace(session, visit=replace(visit, preview_page=event.page)), ()


def preview_accepted(session: Session, _: PreviewAccepted) -> Step:
    if visit_of(session).content is None:
        return stay(session)
    return go(session, Phase.CONFIRM), ()


def copies_chosen(session: Session, event: CopiesChosen) -> Step:
    if session.waiting or not 1 <= event.copies <= MAX_COPIES:
        return stay(session)
    return _with_visit(session, replace(visit_of(session), copies=event.copies))


# --- the end ------------------------------------------------------------------------------------


def paper_taken(session: Session, _: PaperTaken) -> Step:
    return go(session, Phase.END), ()


def another_building(session: Session, _: AnotherBuilding) -> Step:
    """The applicant and the application stay; of the building nothing does."""
    if session.waiting:
        return stay(session)
    if session.pending is not None or session.closing is not None:
        return say(session, Notice.SETTLING)
    facts = session.facts
    if facts.need_staff or facts.recover_needed or not facts.opened:
        return say(session, Notice.STAFF_NEEDED)
    if not facts.accepting:
        return say(session, Notice.STOPPED)
    if server_lost(session):
        return say(session, Notice.SERVER_LOST)
    visit = visit_of(session)
    fresh = Visit(
        visit.visit_id, draft=visit.draft, applicant=visit.applicant,
        application=visit.application, search=SearchDraft(visit.search.kind),
    )  # fmt: skip
    return go(replace(session, visit=fresh), Phase.SEARCH), ()


def finished(session: Session, _: Finished | BackPressed | CancelPressed) -> Step:
    """Not while a slip comes out: it would fall into the next person's hands."""
    if session.waiting:
        return stay(session)
    return end_visit(session, "done")


# --- back, stop, and still here -----------------------------------------------------------------

_BEFORE = {
    Phase.APPLICANT: Phase.CONSENT,
    Phase.SEARCH: Phase.APPLICANT,
    Phase.RESULTS: Phase.SEARCH,
    Phase.ENTRY: Phase.RESULTS,
    Phase.PREVIEW: Phase.ENTRY,
    Phase.CONFIRM: Phase.PREVIEW,
}


def back_pressed(session: Session, _: BackPressed) -> Step:
    """One screen back; what was typed stays, what was awaited is given up."""
    before = _BEFORE.get(session.phase)
    if session.phase is Phase.ENTRY and visit_of(session).from_history:
        before = Phase.HISTORY
    if before is None:
        return stay(session)
    return go(give_up_waiting(session), before), ()


def back_from_consent(session: Session, event: BackPressed) -> Step:
    """Nothing typed yet: the visit is simply over. Otherwise it is asked first."""
    if visit_of(session).draft == ApplicantDraft():
        return end_visit(session, "cancelled")
    return cancel_pressed(session, CancelPressed(event.t))


def cancel_pressed(session: Session, _: CancelPressed) -> Step:
    return replace(session, overlay=Overlay.CANCEL_CONFIRM, countdown=0), ()


def cancel_refused(session: Session, _: CancelPressed | BackPressed) -> Step:
    """A number may be given or ink may be on the way: it cannot be taken back from here."""
    return replace(session, notice=str(Notice.CANNOT_CANCEL), notice_detail=""), ()


def cancel_confirmed(session: Session, _: CancelConfirmed) -> Step:
    if session.overlay is not Overlay.CANCEL_CONFIRM or session.phase not in FREE_PHASES:
        return stay(session)
    return end_visit(session, "cancelled")


def cancel_dismissed(session: Session, _: CancelDismissed) -> Step:
    return replace(session, overlay=Overlay.NONE, countdown=0), ()


def still_here(session: Session, _: StillHere) -> Step:
    return replace(session, overlay=Overlay.NONE, countdown=0), ()

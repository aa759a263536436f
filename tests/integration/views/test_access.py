"""Who may do what: every role at every page, forms from elsewhere, and what an answer carries."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from admin.services.accounts import Role
from admin.services.authority import ALLOWED, Deed
from admin.views.routes import PAGES as MODULES
from kiosk.domain.fees import FeeMode, FeeRate
from kiosk.domain.issuance import IssueState
from tests.integration.views.conftest import Office

#: Every page, what the log calls it when it is refused, and whether a form is sent.
PLACES: tuple[tuple[str, str, Deed], ...] = (
    ("GET", "/print-log", Deed.READ_PRINT_LOG),
    ("POST", "/print-log", Deed.READ_PRINT_LOG),
    ("GET", "/issues/{unknown}", Deed.READ_PRINT_LOG),
    ("POST", "/issues/{unknown}/applicant", Deed.VIEW_PERSON),
    ("GET", "/issues/{unknown}/sheet.pdf", Deed.VIEW_SHEET),
    ("POST", "/issues/{unknown}/redraw", Deed.VIEW_SHEET),
    ("GET", "/issues/{unknown}/decide", Deed.DECIDE_UNKNOWN),
    ("POST", "/issues/{unknown}/decide", Deed.DECIDE_UNKNOWN),
    ("GET", "/issues/{printed}/decide", Deed.VOID_PRINTED),
    ("POST", "/issues/{printed}/decide", Deed.VOID_PRINTED),
    ("GET", "/payments", Deed.TAKE_FEES),
    ("GET", "/payments/{payment}", Deed.TAKE_FEES),
    ("POST", "/payments/{payment}/receive", Deed.TAKE_FEES),
    ("POST", "/payments/{payment}/cancel", Deed.TAKE_FEES),
    ("POST", "/payments/{payment}/hand-out", Deed.TAKE_FEES),
    ("GET", "/lookup", Deed.READ_PRINT_LOG),
    ("POST", "/lookup", Deed.READ_PRINT_LOG),
    ("GET", "/reviews", Deed.REVIEW),
    ("POST", "/reviews", Deed.REVIEW),
    ("GET", "/exports", Deed.EXPORT),
    ("POST", "/exports", Deed.EXPORT),
    ("GET", "/terminals", Deed.VIEW_TERMINALS),
    ("GET", "/terminals/terminal-1", Deed.VIEW_TERMINALS),
    ("POST", "/terminals/terminal-1/stop", Deed.STOP_TERMINAL),
    ("POST", "/terminals/terminal-1/reopen", Deed.REOPEN_TERMINAL),
    ("GET", "/operations", Deed.READ_OPERATIONS),
    ("POST", "/operations/verify", Deed.READ_OPERATIONS),
    ("GET", "/profiles", Deed.KEEP_PROFILES),
    ("POST", "/profiles/upload", Deed.KEEP_PROFILES),
    ("POST", "/profiles/shape", Deed.KEEP_PROFILES),
    ("POST", "/profiles/try", Deed.KEEP_PROFILES),
    ("POST", "/profiles/save", Deed.KEEP_PROFILES),
    ("GET", "/accounts", Deed.READ_ACCOUNTS),
    ("GET", "/accounts/opener", Deed.READ_ACCOUNTS),
    ("GET", "/accounts/new", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/new", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/opener/reset", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/opener/disable", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/opener/pin", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/opener/period", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/opener/cards/felica", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/opener/cards/piv", Deed.KEEP_ACCOUNTS),
    ("POST", "/accounts/opener/cards/{unknown}/revoke", Deed.KEEP_ACCOUNTS),
)
#: Pages that ask for no deed of the table.
OPEN = {
    ("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-out"),
    ("GET", "/password"), ("POST", "/password"),
}  # fmt: skip


def _token(office: Office) -> str:
    with office.world.database.read() as session:
        sql = "SELECT form_token FROM staff_session"
        return str(session.connection().exec_driver_sql(sql).scalar_one())


@pytest.mark.parametrize("role", list(Role))
def test_the_table_of_authority_holds_on_every_page(office: Office, role: Role) -> None:
    world = office.world
    world.staff("opener", Role.USER)
    ids = {
        "printed": world.in_state(IssueState.PRINTED), "unknown": world.in_state(IssueState.UNKNOWN)
    }  # fmt: skip
    world.charge(FeeRate(FeeMode.COUNTER, 400))
    ids["payment"] = world.payment().payment_id
    browser = office.signed_in(role, "visitor")
    token = _token(office)
    for method, path, deed in PLACES:
        refused_before = world.events().count("staff.access_refused")
        data = {"form_token": token} if method == "POST" else None
        answer = browser.request(method, path.format(**ids), data=data)
        refused = world.events().count("staff.access_refused") - refused_before
        if deed in ALLOWED[role]:
            assert (answer.status_code in {200, 303, 422}, refused) == (True, 0), (path, answer)
        else:
            assert (answer.status_code, refused) == (403, 1), (method, path)
            assert "この操作の権限がありません" in answer.text
    assert world.chain().fault is None


def test_every_route_is_in_the_table_of_this_test() -> None:
    known = {(method, path.split("/")[1], path.count("/")) for method, path, _ in PLACES}
    known |= {(method, path.split("/")[1], path.count("/")) for method, path in OPEN}
    routes = [route for module in MODULES for route in module.router.routes]
    found = {
        (method, route.path.split("/")[1], route.path.count("/"))
        for route in routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert len(routes) == len(PLACES) + len(OPEN) - 2  # two places are one route: the decision
    assert found == known


def test_no_page_takes_its_visitor_from_the_address(office: Office) -> None:
    """A dependency that FastAPI does not understand would become a parameter of the address."""
    asked = {
        parameter.name
        for module in MODULES
        for route in module.router.routes
        if isinstance(route, APIRoute)
        for parameter in route.dependant.query_params
    }
    assert not asked & {"visitor", "services", "typed", "deed"}


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/page"},
    ],
)
def test_a_form_from_elsewhere_is_refused(office: Office, headers: dict[str, str]) -> None:
    browser = office.signed_in()
    office.world.terminal()
    data = {"form_token": _token(office), "reason": "よそからの停止"}
    answer = browser.request("POST", "/terminals/terminal-1/stop", headers=headers, data=data)
    assert answer.status_code == 403
    assert "この操作はできません" in answer.text
    assert office.world.terminal_row().stopped_at is None
    assert "staff.access_refused" in office.world.events()


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8600"},
        {"Referer": "http://127.0.0.1:8600/terminals"},
        {},  # a program of the section's own: the token is what it must know
    ],
)
def test_our_own_form_is_taken(office: Office, headers: dict[str, str]) -> None:
    browser = office.signed_in()
    office.world.terminal()
    data = {"form_token": _token(office), "reason": "紙づまりのため"}
    answer = browser.request("POST", "/terminals/terminal-1/stop", headers=headers, data=data)
    assert answer.status_code == 303
    assert office.world.terminal_row().stop_reason == "紙づまりのため"


@pytest.mark.parametrize("token", ["", "x" * 32, "職"])
def test_a_form_without_its_token_is_refused_and_recorded(office: Office, token: str) -> None:
    browser = office.signed_in()
    office.world.terminal()
    data = {"form_token": token, "reason": "しるしのない停止"}
    answer = browser.request("POST", "/terminals/terminal-1/stop", data=data)
    assert answer.status_code == 403
    assert office.world.terminal_row().stopped_at is None
    assert office.world.events()[-1] == "staff.access_refused"


def test_foreign_forms_do_not_fill_the_log(office: Office) -> None:
    browser = office.browser()
    for _ in range(20):
        browser.request("POST", "/sign-in", headers={"Sec-Fetch-Site": "cross-site"}, data={})
    assert office.world.events() == ["staff.access_refused"]


def test_a_body_larger_than_any_form_is_not_read(office: Office) -> None:
    browser = office.browser()
    answer = browser.request("POST", "/sign-in", data={"staff_id": "x" * 70_000})
    assert answer.status_code == 413
    assert "長すぎます" in answer.text
    assert office.world.events() == []


@pytest.mark.parametrize(
    ("path", "status"), [("/sign-in", 200), ("/nowhere", 404), ("/static/staff.css", 200)]
)
def test_every_answer_forbids_scripts_frames_and_keeping(
    office: Office, path: str, status: int
) -> None:
    answer = office.browser().request("GET", path)
    assert answer.status_code == status
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == ("no-cache" if "static" in path else "no-store")


def test_no_page_holds_a_script_or_a_style_of_its_own(office: Office) -> None:
    browser = office.signed_in()
    office.world.in_state(IssueState.UNKNOWN)
    for path in ("/", "/print-log", "/reviews", "/exports", "/terminals", "/operations"):
        text = browser.get(path).text
        assert browser.page.status_code == 200
        for word in ("<script", "style=", "onclick", "javascript:", "http://", "https://"):
            assert word not in text, (path, word)


def test_faults_are_pages_in_japanese(office: Office) -> None:
    browser = office.signed_in()
    for method, path, status, words in (
        ("GET", "/nowhere", 404, "ページが見つかりません"),
        ("GET", "/issues/00000000-0000-0000-0000-000000000000", 404, "ページが見つかりません"),
        ("GET", "/issues/not-an-id", 400, "読み取れませんでした"),
        ("GET", "/terminals/terminal-9", 404, "ページが見つかりません"),
        ("GET", "/accounts/%00", 400, "読み取れませんでした"),
        ("GET", "/accounts/nobody", 404, "ページが見つかりません"),
        ("PUT", "/print-log", 405, "直接開けません"),
        ("GET", "/operations?before=0", 400, "読み取れませんでした"),
    ):
        answer = browser.request(method, path, data={} if method == "PUT" else None)
        assert (answer.status_code, words in answer.text) == (status, True), path
        assert answer.headers["content-type"].startswith("text/html")

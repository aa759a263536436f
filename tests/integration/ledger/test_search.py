"""The search on both databases: what is found, in what order, and what is offered beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from admin.db.engine import Database
from admin.ledger.reindex import rebuild_rows
from admin.ledger.search import search
from kiosk.domain.query import (
    MAX_HITS,
    Found,
    NoHits,
    Query,
    QueryKind,
    SearchResult,
    SearchUnavailable,
    TooMany,
)
from tests.fixtures.databases import NewDatabase
from tests.integration.ledger.books import (
    TODAY,
    ask,
    ask_query,
    entry,
    load,
    numbers,
    write_book,
)

LOT, ANY, OWNER = QueryKind.LOT, QueryKind.ANY, QueryKind.OWNER
CONFIRMATION, RESIDENTIAL = QueryKind.CONFIRMATION, QueryKind.RESIDENTIAL

BOOK = [
    # the oldest first: ids rise with time here
    entry("OLD", lot="上篠崎3番地2", confirmation_date="昭和30年 月不明", confirmation_no="第7号",
          owner="見本 旧太郎"),
    entry("GONE", lot="小岩町一丁目２番３", confirmation_date="昭和31年5月1日",
          confirmation_no="第8号"),
    entry("S42", lot="平井二丁目1番", confirmation_date="昭和42年",
          confirmation_no="昭和42年第123号"),
    entry("NEW3", lot="上篠崎三丁目2番", confirmation_date="平成2年5月1日",
          confirmation_no="第H02確認建築江戸川00123号"),
    entry("FLAT", lot="江戸川区中央1-4-1", residential_address="中央一丁目12番3号",
          confirmation_date="平成15年6月1日"),
    entry("LIFT", category="昇降機", lot="中央一丁目4番1", confirmation_date="平成16年2月1日",
          confirmation_no="第H15確認昇降機江戸川00123号", main_use="乗用エレベーター"),
    entry("MULTI", lot="中央一丁目4番2、5番　外2筆", confirmation_date="平成20年5月1日",
          confirmation_no="ERI-08051659", owner="株式会社見本不動産"),
    entry("PLAN", lot="中央一丁目4番2", confirmation_date="平成20年9月1日",
          confirmation_no="ERI-08051659変1", owner="株式会社見本不動産"),
    entry("TAKA", lot="鹿骨三丁目1番", confirmation_date="平成21年5月1日",
          confirmation_no="第H21確認建築江戸川00009号", owner="髙橋　見本太郎"),
    entry("高", lot="鹿骨町3番1", confirmation_date="平成22年5月1日",
          confirmation_no="第H22確認建築江戸川00009号", owner="高橋　見本花子"),
    entry("IVS", lot="一之江町2000番地の3", confirmation_date="令和元年5月1日",
          confirmation_no="第R01確認建築江戸川00009号", owner="葛\U000e0100西　見本次郎",
          inspection_no="第R02検済建築江戸川00777号"),
    entry("HIRAI", lot="船堀一丁目1番1", confirmation_date="令和2年5月1日",
          confirmation_no="第R02確認建築江戸川00010号", owner="平井　見本三郎"),
]  # fmt: skip


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def ledger(
    request: pytest.FixtureRequest,
    new_database: NewDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    """The book above, loaded once; nothing here writes."""
    database = Database(new_database(request.param, True))
    path = write_book(tmp_path_factory.mktemp("book") / "book.csv", BOOK)
    assert load(database, path).created == len(BOOK)
    yield database
    database.dispose()


@pytest.mark.parametrize(
    ("kind", "words", "found"),
    [
        # 地名地番: every way of writing it, newest first
        (LOT, "中央一丁目4番1", ["LIFT", "FLAT"]),
        (LOT, "東京都江戸川区中央１丁目４番地の１", ["LIFT", "FLAT"]),
        (LOT, "中央一丁目四番地一", ["LIFT", "FLAT"]),
        (LOT, "中央 1 ー 4 − 1", ["LIFT", "FLAT"]),
        (LOT, "ﾁｭｳｵｳ１ちょうめ4-1", ["LIFT", "FLAT"]),
        (LOT, "中央1-4", ["PLAN", "MULTI", "LIFT", "FLAT"]),
        (LOT, "中央一丁目5番", ["MULTI"]),
        (LOT, "中央1-4-1 コーポ二番館 203号室", ["LIFT", "FLAT"]),
        (LOT, "上篠崎3-2", ["NEW3", "OLD"]),
        (LOT, "上篠崎三丁目2", ["NEW3"]),
        (LOT, "上篠崎3番地2", ["OLD"]),
        (LOT, "鹿骨3-1", ["TAKA", "高"]),
        (LOT, "鹿骨町3-1", ["高"]),
        (LOT, "一の江町2000-3", ["IVS"]),
        (LOT, "小岩町1-2-3", ["GONE"]),
        (LOT, "小岩町1-2-30", []),
        (LOT, "中央1-4-9", []),
        (LOT, "4-1 Chuo 1-chome, Edogawa-ku, Tokyo", ["LIFT", "FLAT"]),
        (LOT, "1-4-1 Chuo, Edogawa-ku, Tokyo 132-8501, Japan", ["LIFT", "FLAT"]),
        (LOT, "江戸川中央1-4-1", ["LIFT", "FLAT"]),
        (LOT, "中央壱丁目四番壱号", ["LIFT", "FLAT"]),
        (LOT, "中央1・4・1", ["LIFT", "FLAT"]),
        (LOT, "中央1、4、1", ["LIFT", "FLAT"]),
        (LOT, "中央1/4/1", ["LIFT", "FLAT"]),
        (LOT, "しし骨町3-1", []),  # no reading of the kanji by halves
        (LOT, "上しのざき3-2", ["NEW3", "OLD"]),
        (LOT, "かみ篠崎3-2", ["NEW3", "OLD"]),
        (LOT, "いちのえ町2,000番地3", ["IVS"]),
        # 住居表示
        (RESIDENTIAL, "中央1-12-3", ["FLAT"]),
        (RESIDENTIAL, "中央一丁目１２番３号", ["FLAT"]),
        (LOT, "中央1-12-3", []),
        # 確認番号
        (CONFIRMATION, "第H15確認建築江戸川00123号", ["FLAT"]),
        (CONFIRMATION, "H15確認建築江戸川123", ["FLAT"]),
        (CONFIRMATION, "平成15年 123", ["LIFT", "FLAT"]),
        (CONFIRMATION, "平成15年度第123号", ["LIFT", "FLAT"]),
        (CONFIRMATION, "15-123", ["LIFT", "FLAT"]),
        (CONFIRMATION, "平成16年123号", ["LIFT"]),
        (CONFIRMATION, "昭和42年123", ["S42"]),
        (CONFIRMATION, "123", ["LIFT", "FLAT", "NEW3", "S42"]),
        (CONFIRMATION, "eri08051659", ["MULTI", "PLAN"]),
        (CONFIRMATION, "ERI-08051659変1", ["PLAN"]),
        (CONFIRMATION, "R02検済建築江戸川777", ["IVS"]),
        (CONFIRMATION, "999999", []),
        # 建築主: as typed first, then its variants
        (OWNER, "髙橋", ["TAKA", "高"]),
        (OWNER, "高橋", ["高", "TAKA"]),
        (OWNER, "髙橋見本太郎", ["TAKA"]),
        (OWNER, "葛西", ["IVS"]),
        (OWNER, "葛\U000e0100西 見本", ["IVS"]),
        (OWNER, "（株）見本不動産", ["PLAN", "MULTI"]),
        (OWNER, "不動", ["PLAN", "MULTI"]),
        (OWNER, "橋", ["高", "TAKA"]),
        (OWNER, "橋高", []),
        (OWNER, "見太", []),
        # whatever it looks like
        (ANY, "中央1-4-1", ["LIFT", "FLAT"]),
        (ANY, "中央1-12-3", ["FLAT"]),
        (ANY, "中央1-4 不動産", ["PLAN", "MULTI"]),
        (ANY, "不動産 中央1-4", ["PLAN", "MULTI"]),
        (ANY, "中央1-4 乗用エレベーター", ["LIFT"]),
        (ANY, "平成2年 123号", ["NEW3"]),
        (ANY, "髙橋", ["TAKA", "高"]),
        (ANY, "平井", ["S42", "HIRAI"]),
        (ANY, "小岩町1-2-3", ["GONE"]),
        (ANY, "123", ["LIFT", "FLAT", "NEW3", "S42"]),
        (ANY, "そんな人はいない", []),
        # a place, and the year or the number beside it
        (ANY, "中央1-4-1 平成15年", ["LIFT", "FLAT"]),
        (ANY, "中央1-4-1 平成16年", ["LIFT"]),
        (ANY, "2003年 中央1丁目", ["LIFT", "FLAT"]),
        (ANY, "平成20年 中央1-4 不動産", ["PLAN", "MULTI"]),
        (ANY, "平成15年123号 中央一丁目", ["LIFT", "FLAT"]),
        (ANY, "上篠崎 平成2年 第123号", ["NEW3"]),
    ],
)
def test_found_and_in_what_order(
    ledger: Database, kind: QueryKind, words: str, found: list[str]
) -> None:
    assert numbers(ask(ledger, words, kind)) == found


#: 平成15年 123, in every manner in which papers and people write a year and a number.
YEAR_AND_NUMBER = (
    "平成15年 第123号", "平成15年123号", "平成15年度第123号", "平成 15 年 123", "平成15 123",
    "平成十五年第百二十三号", "平成十五年一二三号", "平成一五年 壱弐参号", "平１５ １２３",
    "Ｈ１５－１２３", "h15 123", "H.15.123", "H15年123号", "15年123号", "15-123", "2003 123",
    "2003年123号", "２００３－１２３", "2003/123", "西暦2003年 123", "二〇〇三年百二十三号",
    "㍻15年123", "ﾍｲｾｲ15年 123", "へいせい15年123号", "第123号（平成15年）", "123 H15",
    "123号 平成十五年", "平成15年6月1日 第123号", "H15.6.1 第123号", "平成15年 No.123",
    "確認番号 平成15年第123号", "確認済証 平成15年6月1日第123号",
)  # fmt: skip


@pytest.mark.parametrize("kind", [CONFIRMATION, ANY])
@pytest.mark.parametrize("words", YEAR_AND_NUMBER)
def test_a_year_and_a_number_in_any_shape(ledger: Database, kind: QueryKind, words: str) -> None:
    assert numbers(ask(ledger, words, kind)) == ["LIFT", "FLAT"]


@pytest.mark.parametrize(
    "words", ["第百二十三号", "百二十三号", "第一二三号", "№123", "第 １２３ 号"]
)
def test_a_number_alone_in_any_shape_asks_for_the_year(ledger: Database, words: str) -> None:
    result = ask(ledger, words)
    assert isinstance(result, Found)
    assert [one.query.year for one in result.choices] == [2004, 2003, 1990, 1967]


@pytest.mark.parametrize(
    ("kind", "words", "town", "year", "found"),
    [
        (LOT, "4-1", "中央一丁目", None, ["LIFT", "FLAT"]),
        (LOT, "", "鹿骨町", None, ["高"]),
        (LOT, "3-1", "鹿骨", None, ["TAKA"]),
        (LOT, "4-1", "中央一丁目", 2004, ["LIFT"]),
        (LOT, "4-1", "中央一丁目", 2003, ["LIFT", "FLAT"]),
        (LOT, "1", "平井", None, ["S42"]),
        (CONFIRMATION, "123", None, 1967, ["S42"]),
        (CONFIRMATION, "123", None, 1990, ["NEW3"]),
        (OWNER, "見本", "鹿骨町", None, ["高"]),
        (OWNER, "見本", None, 2019, ["IVS"]),
        (OWNER, "", "鹿骨町", None, []),
        (CONFIRMATION, "", None, 2003, []),
        (LOT, "", None, 2003, []),
    ],
)
def test_town_and_year_limit(
    ledger: Database,
    kind: QueryKind,
    words: str,
    town: str | None,
    year: int | None,
    found: list[str],
) -> None:
    assert numbers(ask(ledger, words, kind, town=town, year=year)) == found


def labels(result: object) -> list[str]:
    assert isinstance(result, Found | NoHits | TooMany)
    return [one.label for one in result.choices]


def test_two_readings_are_offered_and_each_leads_to_its_own(ledger: Database) -> None:
    result = ask(ledger, "上篠崎3-2", LOT)
    assert labels(result) == ["上篠崎三丁目2", "上篠崎3番地2"]
    assert isinstance(result, Found)
    assert [numbers(ask_query(ledger, one.query)) for one in result.choices] == [["NEW3"], ["OLD"]]


def test_a_dropped_cho_offers_both_towns(ledger: Database) -> None:
    result = ask(ledger, "鹿骨3-1", LOT)
    assert isinstance(result, Found)
    assert [numbers(ask_query(ledger, one.query)) for one in result.choices] == [["TAKA"], ["高"]]


def test_one_way_of_writing_is_no_choice(ledger: Database) -> None:
    assert labels(ask(ledger, "中央1-4-1", LOT)) == []


def test_a_bare_number_asks_for_the_year(ledger: Database) -> None:
    result = ask(ledger, "123", CONFIRMATION)
    assert isinstance(result, Found)
    assert [one.query.year for one in result.choices] == [2004, 2003, 1990, 1967]
    assert result.choices[0].label == "2004年（平成16年）"
    assert numbers(ask_query(ledger, result.choices[-1].query)) == ["S42"]


def test_nothing_offers_what_helps(ledger: Database) -> None:
    no_year = ask(ledger, "平井2-1", LOT, year=1999)
    assert isinstance(no_year, NoHits)
    assert [numbers(ask_query(ledger, one.query)) for one in no_year.choices] == [["S42"]]
    elsewhere = ask(ledger, "中央1-12-3", LOT)
    assert labels(elsewhere) == ["住居表示として探す"]
    assert labels(ask(ledger, "そんな人はいない", OWNER)) == []


def test_a_guess_is_shown_and_said(ledger: Database) -> None:
    """A town written nearly, or a room's number: hits, and a button even for the only meaning."""
    result = ask(ledger, "西上篠崎3-2", LOT)
    assert numbers(result) == ["NEW3", "OLD"]
    assert labels(result) == [
        "「上篠崎三丁目2」のことですか", "「上篠崎3番地2」のことですか"
    ]  # fmt: skip
    room = ask(ledger, "中央1-4-1-203")
    assert numbers(room) == ["LIFT", "FLAT"]
    assert labels(room) == ["「中央一丁目4-1」のことですか"]
    assert numbers(ask(ledger, "中央1-4-1-3")) == []  # no room: a number is never forgiven


def test_lots_in_a_row_are_each_looked_for(ledger: Database) -> None:
    """As a range or one after the other, when the first of them is nowhere."""
    for words in ("中央1丁目4番9、4番1", "中央1丁目4番9及び4番1", "中央1丁目4番0～1"):
        result = ask(ledger, words, LOT)
        assert numbers(result) == ["LIFT", "FLAT"], words
        assert labels(result) == ["「中央一丁目4-1」のことですか"], words
    house = ask(ledger, "中央1-4-1 2-203")
    assert numbers(house) == ["LIFT", "FLAT"]
    assert labels(house) == ["「中央一丁目4-1」のことですか"]


def test_a_town_named_rightly_is_never_taken_for_another(ledger: Database) -> None:
    result = ask(ledger, "西篠崎3-2", LOT)  # 上篠崎3-2 is recorded
    assert isinstance(result, NoHits)
    assert "地名「上篠崎三丁目2」で探す" in labels(result)


def test_a_name_with_one_character_wrong(ledger: Database) -> None:
    for words in ("髙橋見本次郎太", "髙橋見本大郎", "高橋本太郎", "高橋見見本太郎"):
        assert numbers(ask(ledger, words, OWNER)) == (
            [] if words == "髙橋見本次郎太" else ["TAKA"]
        ), words
    assert numbers(ask(ledger, "見本不動庭", OWNER)) == ["PLAN", "MULTI"]
    assert labels(ask(ledger, "見本不動庭", OWNER)) == ["1文字ちがう名前です"]
    for half_a_name in ("鹿野", "見本太朗", "高井"):
        assert numbers(ask(ledger, half_a_name, OWNER)) == [], half_a_name


def test_a_name_needs_a_place_where_the_ward_wants_it(ledger: Database) -> None:
    def asked(query: Query) -> SearchResult:
        with ledger.read() as session:
            return search(session, query, today=TODAY, data_as_of="", owner_needs_place=True)

    assert asked(Query(OWNER, "髙橋")) == SearchUnavailable("owner_needs_place")
    assert numbers(asked(Query(OWNER, "髙橋", "鹿骨町"))) == ["高"]
    assert numbers(asked(Query(OWNER, "髙橋", None, 2009))) == ["TAKA"]
    assert numbers(asked(Query(ANY, "髙橋"))) == []
    assert numbers(asked(Query(ANY, "髙橋 鹿骨町"))) == ["高"]
    assert numbers(asked(Query(ANY, "高橋見本太朗"))) == []
    assert numbers(asked(Query(ANY, "中央1-4-1"))) == ["LIFT", "FLAT"]


def test_the_hit_tells_entries_apart_and_masks_persons(ledger: Database) -> None:
    result = ask(ledger, "髙橋見本太郎", OWNER)
    assert isinstance(result, Found)
    assert result.data_as_of == "2026-06-15"
    hit = result.hits[0]
    assert (hit.owner, hit.storeys, hit.inspected) == ("髙橋　＊＊", "地上2階", False)
    assert ask(ledger, "IVS", OWNER) == NoHits((), "2026-06-15")
    company = ask(ledger, "不動産", OWNER)
    assert isinstance(company, Found)
    assert company.hits[0].owner == "株式会社見本不動産"


HOSTILE = [
    "", " ", "　", "\x00", "\ud800", "'", '"', "';--", '" OR 1=1', "*", "NEAR(a b)", "a AND", "-",
    "ー", "{}", "terms:x", "%", "_", "\\", "/", "///", "中央/1/4", "第号", "株式会社", "見" * 500,
    "9" * 500, "一" * 200, "中央" + "-1" * 100, "1-" * 150, "\u202e中央", "中央１丁目\U000e0100",
    "😀", "(", "[", "^", "\r\n", "平成", "平成元年", "平成99年1", "令和0年1", "0", "00", "-1",
    "１２３４５６７８９０" * 9, "七七千", "中央十百千丁目",
]  # fmt: skip


@pytest.mark.parametrize("kind", list(QueryKind))
def test_hostile_words_get_an_answer(ledger: Database, kind: QueryKind) -> None:
    for words in HOSTILE:
        for town, year in ((None, None), ("中央一丁目", None), (words, 2003), ("中央", 9999)):
            result = ask(ledger, words, kind, town=town, year=year)
            assert isinstance(result, Found | NoHits | TooMany), (words, town, year)


@settings(
    max_examples=150, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    words=st.text(
        alphabet=st.one_of(
            st.sampled_from(
                "中央平井一二三丁目番地号の之-ー－0123１２第変H平成年町(株)見本髙\"'*:^ 　"
            ),
            st.characters(),
        ),
        max_size=30,
    ),
    kind=st.sampled_from(list(QueryKind)),
    year=st.none() | st.integers(-5, 3000),
)
def test_no_words_raise(ledger: Database, words: str, kind: QueryKind, year: int | None) -> None:
    assert not isinstance(ask(ledger, words, kind, year=year), SearchUnavailable)


# --- too many, and an index of yesterday --------------------------------------------------------


def test_too_many_are_capped_and_narrowed(database: Database, tmp_path: Path) -> None:
    rows = [
        entry(f"A-{n:04}", lot=f"{'平井' if n % 2 else '松江'}二丁目{n}番",
              confirmation_no=f"第{n}号", confirmation_date=f"平成{n % 10 + 1}年5月1日",
              owner="見本大家")
        for n in range(1, 301)
    ]  # fmt: skip
    load(database, write_book(tmp_path / "x.csv", rows))
    result = ask(database, "見本大家", OWNER)
    assert isinstance(result, TooMany)
    assert (result.count, len(result.hits)) == (300, MAX_HITS)
    dates = [hit.confirmation_date for hit in result.hits]
    assert set(dates) == {"平成10年5月1日", "平成9年5月1日"}
    assert {one.label for one in result.choices} == {"平井二丁目", "松江二丁目"}
    narrowed = ask_query(database, result.choices[0].query)
    assert isinstance(narrowed, TooMany)
    assert narrowed.count == 150
    assert [one.query.year for one in narrowed.choices] == sorted(
        (1990, 1992, 1994, 1996, 1998) if narrowed.hits[0].lot.startswith("平井")
        else (1989, 1991, 1993, 1995, 1997), reverse=True
    )  # fmt: skip
    assert [one.count for one in narrowed.choices] == [30] * 5
    last = ask_query(database, narrowed.choices[0].query)
    assert isinstance(last, Found)


def test_an_index_made_with_other_tables_is_not_trusted(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "x.csv", BOOK))
    before = [numbers(ask(database, words)) for words in ("中央1-4", "髙橋", "123")]
    with database.write() as session:
        session.execute(text("UPDATE ledger_index_state SET fingerprint = 'x'"))
    assert ask(database, "中央1-4") == SearchUnavailable("index_stale")
    with database.write() as session:
        assert rebuild_rows(session) == len(BOOK)
    assert [numbers(ask(database, words)) for words in ("中央1-4", "髙橋", "123")] == before
    assert before[1] == ["TAKA", "高"]


def test_a_load_mends_an_old_index(database: Database, tmp_path: Path) -> None:
    load(database, write_book(tmp_path / "x.csv", BOOK))
    with database.write() as session:
        session.execute(text("UPDATE ledger_index_state SET fingerprint = 'x'"))
    load(database, write_book(tmp_path / "y.csv", [entry("LAST", lot="中央一丁目4番9")]))
    assert numbers(ask(database, "中央1-4")) == ["PLAN", "MULTI", "LIFT", "LAST", "FLAT"]


def test_an_empty_ledger_answers(database: Database) -> None:
    assert ask_query(database, Query(ANY, "中央1-4")) == NoHits()

"""Reading addresses as recorded and as typed."""

from __future__ import annotations

import pytest

from admin.ledger.lots import address_text, read_recorded
from admin.ledger.places import like_places, misnamed, place_label, read_place, without_room


def paths(cell: str) -> list[str]:
    return [place.path() for place in read_recorded(cell).places]


@pytest.mark.parametrize(
    "cell",
    [
        "中央一丁目4番1",
        "中央１丁目４番地１",
        "東京都江戸川区中央一丁目四番地の一",
        "江戸川区 中央 1丁目 4-1",
        "中央一丁目４の１",
        "ちゅうおう1丁目4ー1",
        "ﾁｭｳｵｳ1丁目4−1",
        "中央一丁目4番1の一部",
        "中央一丁目4番1号101号室",
        "中央一丁目4番1　外2筆",
        "中央1丁目4番1 コーポ二番館",
    ],
)
def test_one_lot_in_many_spellings(cell: str) -> None:
    assert paths(cell) == ["中央/1/4/1"]


@pytest.mark.parametrize(
    "cell",
    [
        "中央壱丁目弐拾弐番参拾五の参拾八号",
        "中央壱丁目弐拾弐番地参拾五の参拾八",
        "中央壱丁目弐拾弐番地の参拾五の参拾八",
        "中央壱丁目弐拾弐番参拾五-38",
        "中央壱丁目22番参拾五の参拾八（外壱筆）",
    ],
)
def test_numerals_of_deeds(cell: str) -> None:
    assert paths(cell) == ["中央/1/22/35/38"]


def test_numerals_of_deeds_within_words_are_words() -> None:
    assert address_text("見本の参道") == "見本の参道"
    assert address_text("見本参道") == "見本参道"


@pytest.mark.parametrize(
    ("cell", "places"),
    [
        ("上篠崎3-2", ["上篠崎/3/2", "上篠崎/0/3/2"]),
        ("上篠崎三丁目2", ["上篠崎/3/2"]),
        ("上篠崎3番地2", ["上篠崎/0/3/2"]),
        ("一之江町2000番地の3", ["一之江町/0/2000/3"]),
        ("一の江三丁目1番", ["一之江/3/1"]),
        ("二之江町1379", ["二之江町/0/1379"]),
        ("本一色二丁目1", ["本一色/2/1"]),
        ("江戸川区江戸川一丁目11番1", ["江戸川/1/11/1"]),
        ("中央一丁目4番1、4番2", ["中央/1/4/1", "中央/1/4/2"]),
        ("中央一丁目4番1、同5番", ["中央/1/4/1", "中央/1/5"]),
        ("中央一丁目1番1～3", ["中央/1/1/1", "中央/1/1/2", "中央/1/1/3"]),
        ("中央一丁目4番1及び平井二丁目3番", ["中央/1/4/1", "平井/2/3"]),
    ],
)
def test_what_a_cell_names(cell: str, places: list[str]) -> None:
    assert paths(cell) == places


def test_a_town_that_is_gone_is_kept_as_text() -> None:
    read = read_recorded("小岩町一丁目２番３")
    assert read.places == ()
    assert read.unread == address_text("小岩町1-2-3") == "小岩町1-2-3"


def test_an_endless_range_is_not_spelled_out() -> None:
    assert len(paths("中央一丁目1番1～9999")) == 1


def test_a_dropped_cho_means_every_town_it_can_mean() -> None:
    meaning = read_place("鹿骨3-1")
    assert meaning is not None
    assert [p.path() for p in meaning.first] == ["鹿骨/3/1", "鹿骨/0/3/1"]
    assert [p.path() for p in meaning.other] == ["鹿骨町/0/3/1"]


def test_a_tapped_town_holds_whatever_is_typed() -> None:
    meaning = read_place("４の１", "中央一丁目")
    assert meaning is not None
    assert [p.path() for p in meaning.places] == ["中央/1/4/1"]


def test_a_tapped_town_without_chome_is_every_chome() -> None:
    meaning = read_place("4-1", "中央")
    assert meaning is not None
    assert "中央/0/4/1" in {p.path() for p in meaning.places}
    assert {f"中央/{n}/4/1" for n in (1, 2, 3, 4)} <= {p.path() for p in meaning.places}


def test_a_name_that_begins_like_a_town_is_no_place() -> None:
    meaning = read_place("中央不動産")
    assert meaning is not None
    assert meaning.glued


def like(text: str) -> set[str]:
    return {place.base for place in like_places(text)}


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("東小松1-2", "東小松川"),  # one character missing
        ("船掘3-1", "船堀"),  # one wrong
        ("東小小岩3-1", "東小岩"),  # one too many
        ("小岩北3-1", "北小岩"),  # the direction behind
        ("にしかさ3-1", "西葛西"),
        ("しのざきま2-13", "篠崎町"),
        ("江戸川区 船掘 3丁目1番", "船堀"),
        ("臨海丘2-28", "臨海町"),
        ("一条江3-1", "一之江"),  # 一 is no number here
    ],
)
def test_a_town_written_nearly(text: str, town: str) -> None:
    assert misnamed(text)
    assert town in like(text)


def test_towns_that_look_alike() -> None:
    assert like("葛西1-2") == {"北葛西", "中葛西", "西葛西", "東葛西", "南葛西"}
    assert like("") == like("123") == like("平成15年123") == like("見本太郎") == set()


@pytest.mark.parametrize("text", ["船堀3-1", "東小松川1", "一之江町2000", "篠崎3-2", "中央"])
def test_a_town_named_rightly_is_not_guessed_at(text: str) -> None:
    assert not misnamed(text) or not like(text)


def test_a_chome_that_is_no_more() -> None:
    """西瑞江 has 三丁目 to 五丁目 today; a ledger knows 二丁目."""
    meaning = read_place("西瑞江2-3000-1")
    assert meaning is not None
    assert "西瑞江/2/3000/1" in [place.path() for place in meaning.first]
    assert "西瑞江/2/3000/1" in paths("西瑞江２丁目３０００番１")
    assert paths("一之江町2-3") == ["一之江町/0/2/3"]


def test_only_a_number_that_can_be_a_room_is_dropped() -> None:
    def rooms(text: str) -> list[str]:
        meaning = read_place(text)
        assert meaning is not None
        return [place.path() for place in without_room(meaning.first)]

    assert rooms("中央1-4-1-203") == ["中央/1/4/1", "中央/0/1/4/1"]
    assert rooms("中央1-4-1-3") == rooms("中央1-4-203") == rooms("中央一丁目4-203") == []


@pytest.mark.parametrize(
    "text",
    [
        "〒132-8501 東京都江戸川区中央1-4-1",
        "〒1328501江戸川区中央一丁目四番一号",
        "132-8501　江戸川区中央１丁目４番１号",
        "見本商店 東京都江戸川区中央1の4の1 TEL03-3652-1151",
        "東京 江戸川区大字中央1-4-1",
        "江戸川区中央町1-4-1",
        "中央1-04-01",
        "中央1.4.1",
        "中央1-4-1 3rdビル 5階",
        "中央1-4-1 2号棟",
        "江戶川區中央一丁目4番1号（見本内）",
        "江戸川区中央1丁目字見本4番地1",
    ],
)
def test_what_stands_around_an_address(text: str) -> None:
    meaning = read_place(text)
    assert meaning is not None
    if "字見本" in text:  # a 字 behind the 丁目 is not read: what stands before it is
        assert [place.path() for place in meaning.first] == ["中央/1"]
    else:
        assert meaning.first[0].path() == "中央/1/4/1"


def test_labels_say_which_reading() -> None:
    meaning = read_place("上篠崎3-2")
    assert meaning is not None
    assert [place_label(p) for p in meaning.first] == ["上篠崎三丁目2", "上篠崎3番地2"]


def test_a_recorded_range_may_say_its_unit() -> None:
    for cell in ("中央二丁目10番から12番", "中央二丁目10番〜12番", "中央二丁目10番地至12番地"):
        paths = [place.path() for place in read_recorded(cell).places]
        assert paths == ["中央/2/10", "中央/2/11", "中央/2/12"], cell

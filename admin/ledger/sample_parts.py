"""What the sample ledger is made of. Nobody in it exists: every owner bears the word 見本."""

from __future__ import annotations

from datetime import date
from random import Random

from kiosk.domain.eras import wareki, wareki_year

#: Common and rare glyphs side by side; 葛󠄀西 and 辻󠄀 carry a variation selector (IVS).
SURNAMES = (
    "佐藤", "鈴木", "高橋", "髙橋", "田中", "渡辺", "渡邊", "渡邉", "伊藤", "山本", "中村", "小林",
    "斉藤", "斎藤", "齋藤", "齊藤", "加藤", "吉田", "𠮷田", "山田", "佐々木", "山崎", "山﨑",
    "松本", "井上", "木村", "林", "清水", "山口", "阿部", "池田", "橋本", "石川", "小川", "前田",
    "岡田", "長谷川", "藤田", "後藤", "近藤", "村上", "遠藤", "青木", "坂本", "福田", "太田",
    "西村", "藤井", "金子", "中野", "原田", "小野", "葛西", "葛\U000e0100西", "辻", "辻\U000e0100",
    "平井", "篠崎", "﨑山", "濱田", "浜田", "澤田", "沢田", "廣瀬", "広瀬", "桒原", "桑原", "冨田",
    "富田", "嶋田", "島田", "國分", "国分", "舘野", "館野", "柳沼", "栁沼", "九十九",
)  # fmt: skip
#: The commonest name is had by one person in twenty, the rarest by one in two hundred.
SURNAME_WEIGHTS = tuple(1 / (rank + 10) for rank in range(len(SURNAMES)))
GIVEN = (
    "太郎", "花子", "一郎", "次郎", "三郎", "和子", "幸子", "良子", "健", "誠", "清", "正", "実",
    "節子", "洋子", "恵子", "久美子", "茂", "勝", "進", "弘", "ヨシ", "ハナ", "トメ", "真由美",
)  # fmt: skip
COMPANIES = (
    "株式会社見本不動産", "見本建設株式会社", "有限会社見本工務店", "(株)見本ハウジング",
    "㈱見本地所", "見本倉庫株式会社", "合同会社見本エステート", "学校法人見本学園",
    "宗教法人見本寺", "医療法人社団見本会", "見本商事　株式会社", "社会福祉法人見本福祉会",
    "見本第一マンション管理組合", "株式会社見本・デベロップメント", "見本鉄工（有）",
)  # fmt: skip
USES = (
    ("一戸建ての住宅", 40), ("長屋", 6), ("共同住宅", 22), ("店舗併用住宅", 8), ("事務所", 5),
    ("工場", 5), ("倉庫業を営まない倉庫", 4), ("共同住宅・店舗", 4), ("保育所", 1), ("診療所", 2),
    ("自動車車庫", 2), ("物品販売業を営む店舗", 1),
)  # fmt: skip
#: What stands on more than three storeys; the others are made flats there.
TALL_USES = ("共同住宅", "店舗併用住宅", "事務所", "共同住宅・店舗", "診療所")
STRUCTURES = (
    ("木造", 55), ("鉄骨造", 20), ("鉄筋コンクリート造", 14), ("鉄骨鉄筋コンクリート造", 3),
    ("軽量鉄骨造", 4), ("鉄骨造　一部木造", 2), ("コンクリートブロック造", 2),
)  # fmt: skip
WORKS = (("新築", 80), ("増築", 10), ("改築", 3), ("移転", 1), ("大規模の修繕", 2), ("用途変更", 4))
WARD_ISSUER = "江戸川区建築主事"
OLD_ISSUER = "東京都建築主事"
AGENCIES = (
    ("見本確認検査機構", "MKK-{yy:02}{n:06}"),
    ("株式会社見本建築評価センター", "第MIHON建確{n:05}号"),
)
#: Private bodies confirm since 1 May 1999; wards do since 1965.
AGENCY_FROM = 1999
WARD_FROM = 1965
KANJI = "〇一二三四五六七八九"
_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


def weighted(random: Random, table: tuple[tuple[str, int], ...]) -> str:
    return random.choices([one for one, _ in table], [weight for _, weight in table])[0]


def owner(random: Random) -> str:
    """A person or an organisation, each marked 見本."""
    if random.random() < 0.22:
        return random.choice(COMPANIES)
    surname = random.choices(SURNAMES, SURNAME_WEIGHTS)[0]
    blank = random.choice(("　", "　", " ", ""))
    other = f"　外{random.randint(1, 3)}名" if random.random() < 0.03 else ""
    return f"{surname}{blank}見本{random.choice(GIVEN)}{other}"


def kanji_number(number: int) -> str:
    """1..99 in kanji."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else KANJI[tens]) + "十" if tens else ""
    return head + (KANJI[ones] if ones or not tens else "")


def full_width(text: str) -> str:
    return text.translate(_FULL_WIDTH)


def recorded_day(random: Random, day: date) -> str:
    """A day as ledgers of its time wrote it; the oldest often only in part."""
    if day.year < 1975 and random.random() < 0.25:
        era, year = wareki_year(day)
        said = f"{era.name}{year}年"
        return random.choice(
            (f"{said} 月不明", f"{said}{day.month}月", f"{said}度" if day.month > 3 else said,
             f"{said}{day.month}月日不詳")
        )  # fmt: skip
    style = random.random()
    era, year = wareki_year(day)
    if style < 0.7:
        return wareki(day)
    if style < 0.8:
        return f"{era.letter}{year}.{day.month}.{day.day}"
    if style < 0.9:
        return full_width(wareki(day))
    return day.isoformat()


def make_buildable(row: dict[str, str]) -> None:
    """Nobody built six storeys of wood: a tall one gets a structure and a use that carry it."""
    above = int(row["storeys_above"])
    if above > 3 and not row["structure"].startswith("鉄"):
        row["structure"] = "鉄骨造" if above < 6 else "鉄筋コンクリート造"
    if above > 3 and row["main_use"] not in TALL_USES:
        row["main_use"] = "共同住宅"


def area(random: Random, low: float, high: float) -> str:
    value = random.uniform(low, high)
    return random.choice((f"{value:.2f}", f"{value:.2f}", f"{value:,.2f}㎡"))

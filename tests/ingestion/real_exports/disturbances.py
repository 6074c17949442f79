"""Drops in one canonical form, and the same drops in other forms that people use, or with damage.

Belongs here: drawing rows, disturbing cells so that they keep their meaning, damaging them so that they lose it; what was
drawn, by kind (sources.md, K1-K18). Does not belong here: files (`disturbed_files`), assertions
(`test_disturbed_drops`).
"""

from __future__ import annotations

import datetime as dt
import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ingestion.contract import Column, Dataset, Parse
from tests.ingestion.real_exports.builder import NAMES, ROWS, USCC_A, USCC_B, USCC_C, Raw, Row, make_id

RECEIVED_ON = dt.date(2024, 6, 1)
# Signs for none, as whole cells (K2).
SIGNS = (
    "/",
    "\\",
    "-",
    "—",
    "–",
    "－",
    "——",
    "无",
    "暂无",
    "不详",
    "NULL",
    "null",
    "nan",
    "NaN",
    "N/A",
    "\\N",
    "0000-00-00",
    " ",
    "　",
)
DAY_STYLE = 1
# Marks a character of which the file holds only the first byte.
CUT = "■"
_CODES = ("{p}-{n}", "{p}{n:06}", "焦{p}〔2024〕第{n}号", "{p}({n})", "{n}", "{p}-2024-{n}", "无{n}", "{p}.{n}")
_PEOPLE = ("王强", "李㛃", "陈𬎆", "阿不都·热合曼", "欧阳力", "黄锟", "羊大力", "张三", "王\ue000", "李\U000f0001")


Ways = Mapping[str, Callable[[], Any]]


class Draw(random.Random):
    """A random draw that remembers the kinds that it drew."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self.kinds: set[str] = set()

    def way(self, ways: Ways, plain: Any = None) -> Any:
        """One of the ways, drawn; its kind counts as drawn if it differs from the plain form."""
        kind = self.choice(list(ways))
        found = ways[kind]()
        if found != plain:
            self.kinds.add(kind)
        return found

    def happens(self, share: float, kind: str) -> bool:
        if self.random() >= share:
            return False
        self.kinds.add(kind)
        return True


@dataclass
class Drop:
    """One file's rows as cells by header; `damaged` are the places of rows that lost meaning, `cut` of those in CUT."""

    dataset: Dataset
    rows: list[Row]
    damaged: set[int] = field(default_factory=set)
    cut: set[int] = field(default_factory=set)


# ---- a drop in its canonical form


def drawn(dataset: Dataset, draw: Draw) -> Drop:
    """Two to seven rows, each with keys of its own."""
    rows = []
    for number in range(1, draw.randint(3, 8)):
        row = dict.fromkeys(column.header for column in dataset.columns) | ROWS[dataset.id]()
        for column in dataset.columns:
            row[column.header] = _drawn_cell(column, row[column.header], number, draw)
        _fit(dataset, row, draw)
        rows.append(row)
    return Drop(dataset, rows)


def _drawn_cell(column: Column, usual: Any, number: int, draw: Draw) -> Any:
    is_key_part = column.value_required
    if not is_key_part and draw.random() < 0.3:
        return None
    match column.parse:
        case Parse.CODE:
            prefix = "".join(draw.choices(string.ascii_uppercase, k=2))
            return draw.choice(_CODES).format(p=prefix, n=100 * number + draw.randint(0, 99))
        case Parse.PERSON_NAME:
            return draw.choice(_PEOPLE)
        case Parse.AGENCY_NAME:
            return draw.choice([*NAMES.values(), "焦作（市）西域·阿不公司"])
        case Parse.USCC:
            return draw.choice([USCC_A, USCC_B, USCC_C])
        case Parse.PERSON_ID:
            return make_id(draw.randint(1, 900))
        case Parse.CHOICE | Parse.FLAG:
            return draw.choice(list(column.choices))
        case Parse.CLAUSE:
            return draw.choice(["1", "2a", "2", "4b", "7", "11", "1-1", "一-四-2", "jjc202001-003"])
        case Parse.DATE | Parse.LAST_DAY | Parse.DATE_OR_OPEN:
            if column.parse is Parse.DATE_OR_OPEN and draw.random() < 0.3:
                return "长期"
            return str(dt.date(2024, 1, 1) + dt.timedelta(days=draw.randint(0, 150)))
        case Parse.DATETIME:
            return str(dt.datetime(2024, 1, 1) + dt.timedelta(seconds=draw.randint(0, 150 * 86_400)))
        case Parse.MONTH:
            return f"2024{draw.randint(1, 5):02}"
        case Parse.INTEGER | Parse.QUANTITY:
            return str(draw.randint(1, 40))
        case Parse.DECIMAL | Parse.POINTS:
            return draw.choice(["260", "5.5", "12.25", "1"])
        case Parse.ID_LIST:
            return draw.choice(["RD-1", "RD-1、RD-2", "焦罚〔2024〕3号、RW-1-2"])
        case Parse.TEXT | Parse.OPEN_CHOICE:
            return draw.choice(["记录不全，未整改", "某局", "收费€5", "第2次检查 无问题", usual or "某事"])
        case _:
            return usual


def _fit(dataset: Dataset, row: Row, draw: Draw) -> None:
    """Corrects what a row must not hold by chance: a level of another kind, an object that does not fit its type."""
    if dataset.id == "registry/personnel" and row["等级"]:
        is_engineer = row["证书类别"] == "注册消防工程师"
        row["等级"] = draw.choice(["一级", "二级"] if is_engineer else ["高级技师", "技师", "高级", "中级", "初级"])
    if dataset.id == "credit_desk/decisions":
        row["决定"] = row["决定"] or "exit"
        row["对象编号"] = {
            "directory": USCC_A,
            "identity": draw.choice([f"{USCC_A}={USCC_B}", f"hotline:GD-{draw.randint(1, 9)}={USCC_A}"]),
        }.get(row["对象类型"], "0c" * 16)


# ---- other forms of a cell that keep its meaning


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


_KANGXI = {"工": "⼯", "一": "⼀", "力": "⼒", "大": "⼤", "长": "⻓", "门": "⻔", "山": "⼭"}


def _alike(text: str) -> str:
    return "".join(_KANGXI.get(char, char) for char in text)


def _wrapped(text: str, draw: Draw) -> str:
    return draw.way(
        {
            "K3 apostrophe": lambda: draw.choice("'’‘") + text,
            "K3 formula": lambda: f'="{text}"',
            "K3 spaces around": lambda: draw.choice([" {} ", "\t{}", "{}　"]).format(text),
            "K3 zero-width space": lambda: f"{text}\u200b",
        }
    )


def _code_form(text: str, draw: Draw) -> str:
    """Up to three forms, one on top of the other, each once: nobody writes a formula within a formula."""
    for kind in draw.sample(list(_code_ways(text, draw)), draw.randint(1, 3)):
        text = draw.way({kind: _code_ways(text, draw)[kind]}, text)
    return text


def _code_ways(text: str, draw: Draw) -> Ways:
    return {
        "K3 small letters": text.lower,
        "K3 full width": lambda: _wide(text),
        "K3 dash": lambda: text.replace("-", draw.choice("—–－−‐")),
        "K3 brackets of a year": lambda: text.replace("〔", draw.choice("[【(（﹝")).replace(
            "〕", draw.choice("]】)）﹞")
        ),
        "K3 brackets": lambda: text.replace("(", "（").replace(")", "】"),
        "K3 spaced": lambda: " ".join(text),
        "K3 .0": lambda: f"{text}.0" if text.isdigit() and text.isascii() else text,
        "K3 wrapped code": lambda: _wrapped(text, draw),
    }


def _day_form(text: str, draw: Draw) -> str:
    day = dt.date.fromisoformat(text)
    return draw.way(
        {
            "K16 day with strokes": lambda: f"{day.year}/{day.month}/{day.day}",
            "K16 day with points": lambda: f"{day.year}.{day.month}.{day.day}",
            "K16 day in words": lambda: f"{day.year}年{day.month}月{day.day}日",
            "K16 day of digits": lambda: f"{day:%Y%m%d}",
            "K16 day with a time": lambda: draw.choice([f"{day} 10:22:05", f"{day} 00:00:00"]),
            "K16 day before at 24:00": lambda: f"{day - dt.timedelta(days=1)} 24:00:00",
            "K4 wrapped day": lambda: draw.choice(["'{}", "’{}", '="{}"']).format(day),
            "K14 day in full width": lambda: _wide(text),
        }
    )


def _moment_form(text: str, draw: Draw) -> str:
    at = dt.datetime.fromisoformat(text)
    noon = "上午" if at.hour < 12 else "下午"
    return draw.way(
        {
            "K16 time with strokes": lambda: text.replace("-", "/"),
            "K16 time with a T": lambda: text.replace(" ", "T"),
            "K16 time in words": lambda: f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒",
            "K16 before and after noon": lambda: f"{at:%Y-%m-%d} {noon}{(at.hour - 1) % 12 + 1}:{at:%M:%S}",
            "K16 time with a zone": lambda: draw.choice(
                [f"{text.replace(' ', 'T')}+08:00", f"{at - dt.timedelta(hours=8):%Y-%m-%dT%H:%M:%S}Z"]
            ),
            "K4 wrapped time": lambda: f"'{text}",
        }
    )


_WORDS = {
    "维护保养检测": ("消防设施维护保养检测", "建筑消防设施维护保养检测"),
    "消防安全评估": ("消防安全评估服务",),
    "维护保养检测、消防安全评估": ("消防安全评估、维护保养检测", "消防设施维护保养检测,消防安全评估", "维护保养检测和消防安全评估"),
    "国家": ("国家级",),
    "省": ("省级",),
    "市": ("市级",),
}  # fmt: skip
_LEVELS = {
    "一级": ("1级", "壹级", "⼀级", "一级注册消防工程师"),
    "二级": ("2级", "贰级"),
    "高级技师": ("一级", "一级/高级技师"),
    "技师": ("二级", "二级／技师"),
    "高级": ("三级", "高级工"),
    "中级": ("四级", "中级工"),
    "初级": ("五级", "初级工", "初级工（五级）"),
}


def _choice_form(cell: str, draw: Draw) -> str:
    ways: Ways = {
        "K14 value in full width": lambda: _wide(cell),
        "K14 value with spaces": lambda: draw.choice([f" {cell} ", " ".join(cell)]),
        "K14 value in characters that look alike": lambda: _alike(cell),
        "K3 value behind an apostrophe": lambda: f"'{cell}",
    }
    if cell in _WORDS:
        ways = {"K14 official words": lambda: draw.choice(_WORDS[cell]), **ways}
    if cell in _LEVELS:
        ways = {"K9 words of a level": lambda: draw.choice(_LEVELS[cell]), **ways}
    return draw.way(ways, cell)


def _clause_form(cell: str, draw: Draw) -> str:
    ways: Ways = {
        "K14 clause in capitals": cell.upper,
        "K14 clause in full width": lambda: _wide(cell),
        "K14 clause with spaces": lambda: f" {cell} ",
        "K14 clause as an item": lambda: f"第{cell}项",
        "K3 clause behind an apostrophe": lambda: f"'{cell}",
        "K3 clause with another dash": lambda: cell.replace("-", "—"),
    }
    first, *rest = cell.split("-")
    if rest:
        ways = {
            **ways,
            "K14 clause in words": lambda: "".join(f"第{part}款" for part in (first, *rest)),
            "K14 clause in brackets": lambda: first + "".join(f"（{part}）" for part in rest),
        }
    return draw.way(ways, cell)


def _name_form(cell: str, draw: Draw) -> str:
    return draw.way(
        {
            "K10 another middle dot": lambda: cell.replace("·", draw.choice("•・‧")),
            "K14 name with spaces": lambda: draw.choice([" ".join(cell), f" {cell}　"]),
            "K14 name in characters that look alike": lambda: _alike(cell),
            "K3 name behind an apostrophe": lambda: f"'{cell}",
            "K3 brackets of a name": lambda: cell.replace("（", "("),
        },
        cell,
    )


def _number_form(column: Column, cell: str, draw: Draw) -> str:
    ways: Ways = {"K14 number in full width": lambda: _wide(cell), "K3 number behind an apostrophe": lambda: f"'{cell}"}
    match column.parse:
        case Parse.POINTS:
            ways = {**ways, "K14 points": lambda: f"{cell}分"}
        case Parse.DECIMAL:
            ways = {**ways, "K14 zeros at the end": lambda: f"{cell}0" if "." in cell else f"{cell}.0"}
            if column.units:
                ways = {**ways, "K14 unit": lambda: cell + draw.choice(column.units)}
        case _:
            ways = {
                **ways,
                "K14 counted": lambda: cell + draw.choice(["人", " 个"]),
                "K3 number with .0": lambda: f"{cell}.0",
            }
    return draw.way(ways, cell)


def _other_form(column: Column, cell: str, draw: Draw) -> Any:
    match column.parse:
        case Parse.CODE:
            return _code_form(cell, draw)
        case Parse.ID_LIST:
            joint = draw.way({"K3 parts of a list": lambda: draw.choice(["，", "; ", "\n", ",", "、"])})
            return joint.join(_code_form(part, draw) for part in cell.split("、"))
        case Parse.PERSON_NAME | Parse.AGENCY_NAME:
            return _name_form(cell, draw)
        case Parse.PERSON_ID if "*" in cell:
            return _wrapped(cell, draw)
        case Parse.OBJECT_ID:
            ways: Ways = {
                "K3 object in capitals": cell.upper,
                "K3 object, wrapped": lambda: draw.choice([" ", "'"]) + cell,
            }
            return draw.way(ways, cell)
        case Parse.USCC | Parse.PERSON_ID:
            wrapped = _wrapped(cell, draw)
            ways = {
                "K4 small letters": wrapped.lower,
                "K4 full width": lambda: _wide(wrapped),
                "K4 O for 0": lambda: wrapped.replace("0", "O"),
            }
            return draw.way(ways, wrapped)
        case Parse.CHOICE | Parse.FLAG | Parse.OPEN_CHOICE if cell in column.choices:
            return _choice_form(cell, draw)
        case Parse.CLAUSE:
            return _clause_form(cell, draw)
        case Parse.DATE_OR_OPEN if cell == "长期":
            return draw.way(
                {
                    "K14 no end": lambda: draw.choice(["无固定期限", "长期有效", "永久", " 长 期"]),
                    "K14 an end never reached": lambda: "9999-12-31",
                }
            )
        case Parse.DATE | Parse.LAST_DAY | Parse.DATE_OR_OPEN:
            return _day_form(cell, draw)
        case Parse.DATETIME:
            return _moment_form(cell, draw)
        case Parse.MONTH:
            year, month = cell[:4], cell[-2:]
            return draw.way(
                {
                    "K16 month with a dash": lambda: f"{year}-{month}",
                    "K16 month in words": lambda: f"{year}年{int(month)}月",
                    "K3 month with .0": lambda: f"{year}{month}.0",
                    "K16 month as its first day": lambda: f"{year}-{month}-01",
                    "K14 month in full width": lambda: _wide(cell),
                }
            )
        case Parse.INTEGER | Parse.QUANTITY | Parse.DECIMAL | Parse.POINTS:
            return _number_form(column, cell, draw)
        case Parse.TEXT:
            return draw.way(
                {
                    "K14 text with spaces around": lambda: f" {cell}  ",
                    "K14 text with another space": lambda: cell.replace(" ", draw.choice(["　", "\n"])),
                },
                cell,
            )
        case _:
            return cell


def disturbed(drop: Drop, draw: Draw) -> Drop:
    """The drop with cells in other forms of the same meaning."""
    rows = []
    for row in drop.rows:
        other = dict(row)
        for column in drop.dataset.columns:
            cell = row[column.header]
            if cell is None:
                signs = [sign for sign in SIGNS if sign not in column.choices]
                if column.parse not in {Parse.DROPPED, Parse.COORDINATE} and draw.happens(0.5, "K2 sign for none"):
                    other[column.header] = draw.choice(signs)
            elif isinstance(cell, str) and draw.random() < 0.5:
                other[column.header] = _other_form(column, cell, draw)
        rows.append(other)
    return Drop(drop.dataset, rows)


# ---- damage: the value is lost


def _wreck(text: str, draw: Draw) -> str:
    place = next((index for index, char in enumerate(text) if "\u4e00" <= char <= "\u9fff"), None)
    if place is None:
        return "锟斤拷锟斤拷"
    return draw.choice(["锟斤拷锟斤拷", text[: place + 1] + "?" + text[place + 2 :], text.encode().decode("latin-1")])


def _damage(column: Column, cell: str, is_text_format: bool, draw: Draw) -> Any:
    """A cell in which the value is lost; None where the column cannot lose one."""
    day = "2024-03-01 00:00:00" if is_text_format else Raw(f'<c r="{{r}}" s="{DAY_STYLE}"><v>45352</v></c>')
    impossible: Ways = {
        "K18 day before 1950": lambda: draw.choice(["1949-10-01", "1900-01-01"]),
        "K18 day of no calendar": lambda: "2024-02-30",
        "K16 day in no form": lambda: draw.choice(["昨天", "至今"]),
    }
    match column.parse:
        case Parse.CODE:
            return draw.way(
                {
                    "K3 code that became a day": lambda: day,
                    "K3 code that became a boolean": lambda: "FALSE" if is_text_format else False,
                    "K3 several codes": lambda: draw.choice([f"{cell}、{cell}9", f"{cell}\n{cell}9"]),
                    "K3 picture": lambda: '=DISPIMG("ID_0A",1)',
                    "K3 power of ten": lambda: "1.2E+17",
                    "K10 wrecked code": lambda: f"{cell}焦?号",
                }
            )
        case Parse.PERSON_NAME | Parse.AGENCY_NAME:
            return draw.way(
                {
                    "K10 wrecked name": lambda: _wreck(cell, draw),
                    "K10 no name": lambda: draw.choice(["同上", "〃", "123"]),
                }
            )
        case Parse.USCC:
            other = "1" if cell[4] != "1" else "2"
            return draw.way(
                {
                    "K4 credit code with another digit": lambda: cell[:4] + other + cell[5:],
                    "K4 credit code cut off": lambda: cell[:17],
                    "K4 credit code as a power of ten": lambda: "9.14108E+17",
                }
            )
        case Parse.PERSON_ID if not column.may_be_several:
            return draw.way(
                {
                    "K4 two people": lambda: f"{cell}、{make_id(901)}",
                    "K4 ID as a power of ten": lambda: "4.10803E+17",
                }
            )
        case Parse.DATE | Parse.DATETIME | Parse.LAST_DAY | Parse.DATE_OR_OPEN:
            return draw.way(impossible)
        case Parse.MONTH:
            return draw.way({"K18 no month": lambda: draw.choice(["202413", "1949-10", "五月"])})
        case Parse.CHOICE | Parse.FLAG:
            return draw.way({"K14 unknown value": lambda: "别的"})
        case Parse.INTEGER | Parse.QUANTITY:
            return draw.way({"K14 no whole number": lambda: draw.choice(["12.5", "约2", "-1", "若干"])})
        case Parse.DECIMAL | Parse.POINTS:
            return draw.way({"K14 no number": lambda: draw.choice(["-5", "二百多", "1,23"])})
        case _:
            return None


def damaged(plain: Drop, drop: Drop, draw: Draw) -> Drop:
    """A drop with one cell of nearly half of its rows damaged; `plain` holds the original.

    A text loses at most one row to a character without a code: more would hold the file.
    """
    rows: list[Row] = []
    places, cut = set(), set()
    is_text_format = drop.dataset.format != "xlsx"
    for place, (row, disturbed_row) in enumerate(zip(plain.rows, drop.rows, strict=True)):
        other = dict(disturbed_row)
        rows.append(other)
        if draw.random() >= 0.45:
            continue
        filled = [column for column in drop.dataset.columns if isinstance(row[column.header], str)]
        column = draw.choice(filled)
        if drop.dataset.format == "csv" and not cut and draw.happens(0.4, "K11 character without a code"):
            other[column.header] = f"{row[column.header]}{CUT}"
            cut.add(place)
            continue
        loss = _damage(column, row[column.header], is_text_format, draw)
        if column.value_required and draw.happens(0.2, "K2 sign for none where a value is needed"):
            loss = "/"
        # an unfilled decision is not a row, and an object is read by its type
        if loss is not None and column.header not in {"决定", "对象类型"}:
            other[column.header] = loss
            places.add(place)
    return Drop(drop.dataset, rows, drop.damaged | places | cut, cut)

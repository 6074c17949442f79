"""Drops in one canonical form, and the same drops as real exporters would write them: other forms, or with damage.

Belongs here: drawing rows, disturbing cells and files so that they keep their meaning, damaging cells so that they lose it.
Does not belong here: what must hold of the two (`test_disturbed_drops`).
"""

from __future__ import annotations

import datetime as dt
import random
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ingestion.contract import Column, Dataset, Parse
from tests.ingestion.real_exports.builder import (
    NAMES,
    ROWS,
    USCC_A,
    USCC_B,
    USCC_C,
    Raw,
    Row,
    csv_text,
    date_styles,
    make_id,
    pack,
    page,
    parts,
    sheet,
)

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
_DAY_STYLE = 1
_CODES = ("{p}-{n}", "{p}{n:06}", "焦{p}〔2024〕第{n}号", "{p}({n})", "{n}", "{p}-2024-{n}", "无{n}", "{p}.{n}")
_PEOPLE = ("王强", "李㛃", "陈𬎆", "阿不都·热合曼", "欧阳力", "黄锟", "羊大力", "张三")


@dataclass
class Drop:
    """One file's rows as cells by header; `damaged` are the places of rows that lost meaning."""

    dataset: Dataset
    rows: list[Row]
    damaged: set[int] = field(default_factory=set)


# ---- a drop in its canonical form


def drawn(dataset: Dataset, draw: random.Random) -> Drop:
    """Two to seven rows, each with keys of its own."""
    rows = []
    for number in range(1, draw.randint(3, 8)):
        row = dict.fromkeys(column.header for column in dataset.columns) | ROWS[dataset.id]()
        for column in dataset.columns:
            row[column.header] = _drawn_cell(column, row[column.header], number, draw)
        _fit(dataset, row, draw)
        rows.append(row)
    return Drop(dataset, rows)


def _drawn_cell(column: Column, usual: Any, number: int, draw: random.Random) -> Any:
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
            return draw.choice(["记录不全，未整改", "某局", "第2次检查 无问题", usual or "某事"])
        case _:
            return usual


def _fit(dataset: Dataset, row: Row, draw: random.Random) -> None:
    """What a row may not say by chance: another kind's level, an object that its type does not name."""
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


def _wrapped(text: str, draw: random.Random) -> str:
    return draw.choice(["'{}", "’{}", "‘{}", '="{}"', " {} ", "\t{}", "{}　", "{}\u200b"]).format(text)


def _code_form(text: str, draw: random.Random) -> str:
    forms: list[Callable[[str], str]] = [
        str.lower,
        _wide,
        lambda written: written.replace("-", draw.choice("—–－−‐")),
        lambda written: written.replace("〔", draw.choice("[【(（﹝")).replace("〕", draw.choice("]】)）﹞")),
        lambda written: written.replace("(", "（").replace(")", "】"),
        lambda written: " ".join(written) if draw.random() < 0.5 else written,
        lambda written: f"{written}.0" if written.isdigit() else written,
        lambda written: _wrapped(written, draw),
    ]
    for form in draw.sample(forms, draw.randint(1, 3)):
        text = form(text)
    return text


_KANGXI = {"工": "⼯", "一": "⼀", "力": "⼒", "大": "⼤", "长": "⻓", "门": "⻔", "山": "⼭"}


def _alike(text: str) -> str:
    return "".join(_KANGXI.get(char, char) for char in text)


def _day_form(text: str, draw: random.Random) -> str:
    day = dt.date.fromisoformat(text)
    return draw.choice(
        [
            f"{day.year}/{day.month}/{day.day}",
            f"{day.year}.{day.month}.{day.day}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}",
            f"{day} 10:22:05",
            f"{day} 00:00:00",
            f"'{day}",
            f'="{day}"',
            _wide(text),
            f"{day - dt.timedelta(days=1)} 24:00:00",
        ]
    )


def _moment_form(text: str, draw: random.Random) -> str:
    at = dt.datetime.fromisoformat(text)
    noon = "上午" if at.hour < 12 else "下午"
    return draw.choice(
        [
            text.replace("-", "/"),
            text.replace(" ", "T"),
            f"{at.year}年{at.month}月{at.day}日 {at.hour}时{at.minute}分{at.second}秒",
            f"{at:%Y-%m-%d} {noon}{(at.hour - 1) % 12 + 1}:{at:%M:%S}",
            f"{text.replace(' ', 'T')}+08:00",
            f"{at - dt.timedelta(hours=8):%Y-%m-%dT%H:%M:%S}Z",
            f"'{text}",
        ]
    )


_WORDS = {
    "维护保养检测": ("消防设施维护保养检测", "建筑消防设施维护保养检测"),
    "消防安全评估": ("消防安全评估服务",),
    "维护保养检测、消防安全评估": ("消防安全评估、维护保养检测", "消防设施维护保养检测,消防安全评估", "维护保养检测和消防安全评估"),
    "一级": ("1级", "壹级", "⼀级", "一级注册消防工程师"),
    "二级": ("2级", "贰级"),
    "高级技师": ("一级", "一级/高级技师"),
    "技师": ("二级", "二级／技师"),
    "高级": ("三级", "高级工"),
    "中级": ("四级", "中级工"),
    "初级": ("五级", "初级工", "初级工（五级）"),
    "国家": ("国家级",),
    "省": ("省级",),
    "市": ("市级",),
}  # fmt: skip


def _other_form(column: Column, row: Row, cell: str, draw: random.Random) -> Any:
    match column.parse:
        case Parse.CODE:
            return _code_form(cell, draw)
        case Parse.ID_LIST:
            return draw.choice(["、", "，", "; ", "\n", ","]).join(_code_form(part, draw) for part in cell.split("、"))
        case Parse.PERSON_NAME | Parse.AGENCY_NAME:
            spaced = cell.replace("·", draw.choice("•・‧·")) if draw.random() < 0.5 else " ".join(cell)
            return draw.choice([spaced, _alike(cell), f" {cell}　", f"'{cell}", cell.replace("（", "(")])
        case Parse.PERSON_ID if "*" in cell:
            return _wrapped(cell, draw)
        case Parse.OBJECT_ID:
            return draw.choice([cell.upper(), f" {cell}", f"'{cell}"])
        case Parse.USCC | Parse.PERSON_ID:
            return draw.choice([str.lower, _wide, lambda text: text.replace("0", "O")])(_wrapped(cell, draw))
        case Parse.CHOICE | Parse.FLAG | Parse.OPEN_CHOICE if cell in column.choices:
            ways = [_wide(cell), f" {cell} ", " ".join(cell), _alike(cell), f"'{cell}"]
            is_level_of_other_kind = column.name == "level_code" and cell in {"一级", "二级"}
            return draw.choice(ways + list(_WORDS.get(cell, ())) * (2 if not is_level_of_other_kind else 1))
        case Parse.CLAUSE:
            parts_of = cell.split("-")
            ways = [cell.upper(), _wide(cell), f" {cell} ", f"第{cell}项", f"'{cell}", cell.replace("-", "—")]
            if len(parts_of) > 1:
                ways += [
                    "".join(f"第{part}款" for part in parts_of),
                    parts_of[0] + "".join(f"（{p}）" for p in parts_of[1:]),
                ]
            return draw.choice(ways)
        case Parse.DATE_OR_OPEN if cell == "长期":
            return draw.choice(["无固定期限", "长期有效", "永久", "9999-12-31", " 长 期"])
        case Parse.DATE | Parse.LAST_DAY | Parse.DATE_OR_OPEN:
            return _day_form(cell, draw)
        case Parse.DATETIME:
            return _moment_form(cell, draw)
        case Parse.MONTH:
            year, month = cell[:4], cell[-2:]
            forms = [
                f"{year}-{month}",
                f"{year}年{int(month)}月",
                f"{year}{month}.0",
                f"{year}-{month}-01",
                _wide(cell),
            ]
            return draw.choice(forms)
        case Parse.INTEGER | Parse.QUANTITY:
            return draw.choice([f"{cell}人", f"{cell} 个", f"{cell}.0", _wide(cell), f"'{cell}"])
        case Parse.DECIMAL:
            units = [f"{cell}{unit}" for unit in column.units]
            return draw.choice([*units, f"{cell}0" if "." in cell else f"{cell}.0", _wide(cell), f"'{cell}"])
        case Parse.POINTS:
            return draw.choice([f"{cell}分", _wide(cell), f"'{cell}"])
        case Parse.TEXT:
            return draw.choice(
                [f" {cell}  ", cell.replace(" ", "　"), cell.replace(" ", "\n") if " " in cell else cell]
            )
        case _:
            return cell


def disturbed(drop: Drop, draw: random.Random) -> Drop:
    """The drop with cells in other forms that say the same."""
    rows = []
    for row in drop.rows:
        other = dict(row)
        for column in drop.dataset.columns:
            cell = row[column.header]
            if cell is None:
                signs = [sign for sign in SIGNS if sign not in column.choices]
                if column.parse not in {Parse.DROPPED, Parse.COORDINATE} and draw.random() < 0.5:
                    other[column.header] = draw.choice(signs)
            elif isinstance(cell, str) and draw.random() < 0.5:
                other[column.header] = _other_form(column, row, cell, draw)
        rows.append(other)
    return Drop(drop.dataset, rows)


# ---- damage: what stood there is lost


def _wreck(text: str, draw: random.Random) -> str:
    place = next((index for index, char in enumerate(text) if "\u4e00" <= char <= "\u9fff"), None)
    if place is None:
        return "锟斤拷锟斤拷"
    return draw.choice(["锟斤拷锟斤拷", text[: place + 1] + "?" + text[place + 2 :], text.encode().decode("latin-1")])


def _damage(column: Column, cell: str, is_text_format: bool, draw: random.Random) -> Any:
    """A cell in which the value is lost; None where the column cannot lose one."""
    day = "2024-03-01 00:00:00" if is_text_format else Raw(f'<c r="{{r}}" s="{_DAY_STYLE}"><v>45352</v></c>')
    match column.parse:
        case Parse.CODE:
            false = "FALSE" if is_text_format else False
            return draw.choice(
                [day, false, f"{cell}、{cell}9", f"{cell}\n{cell}9", '=DISPIMG("ID_0A",1)', "1.2E+17", f"{cell}焦?号"]
            )
        case Parse.PERSON_NAME | Parse.AGENCY_NAME:
            return draw.choice([_wreck(cell, draw), "同上", "〃", "123"])
        case Parse.USCC:
            other = "1" if cell[4] != "1" else "2"
            return draw.choice([cell[:4] + other + cell[5:], cell[:17], "9.14108E+17"])
        case Parse.PERSON_ID if not column.may_be_several:
            return draw.choice([f"{cell}、{make_id(901)}", "4.10803E+17"])
        case Parse.DATE | Parse.DATETIME:
            return draw.choice(["2024-02-30", "1949-10-01", "昨天", "1900-01-01"])
        case Parse.LAST_DAY | Parse.DATE_OR_OPEN:
            return draw.choice(["2024-02-30", "1949-10-01", "至今"])
        case Parse.MONTH:
            return draw.choice(["202413", "1949-10", "五月"])
        case Parse.CHOICE | Parse.FLAG:
            return "别的"
        case Parse.INTEGER | Parse.QUANTITY:
            return draw.choice(["12.5", "约2", "-1", "若干"])
        case Parse.DECIMAL | Parse.POINTS:
            return draw.choice(["-5", "二百多", "1,23"])
        case _:
            return None


def damaged(plain: Drop, drop: Drop, draw: random.Random) -> Drop:
    """A drop with one cell of about a third of its rows damaged; `plain` says what stood there."""
    rows, places = [], set()
    is_text_format = drop.dataset.format != "xlsx"
    for place, (row, disturbed_row) in enumerate(zip(plain.rows, drop.rows, strict=True)):
        other = dict(disturbed_row)
        if draw.random() < 0.35:
            filled = [column for column in drop.dataset.columns if isinstance(row[column.header], str)]
            column = draw.choice(filled)
            loss = _damage(column, row[column.header], is_text_format, draw)
            if column.value_required and draw.random() < 0.2:
                loss = "/"
            # an unfilled decision is no row, and an object is read by its type
            if loss is not None and column.header not in {"决定", "对象类型"}:
                other[column.header] = loss
                places.add(place)
        rows.append(other)
    return Drop(drop.dataset, rows, drop.damaged | places)


# ---- files


def write_plain(drop: Drop, path: Path) -> Path:
    """The drop as a careful exporter writes it."""
    names, rows = _cells(drop)
    match drop.dataset.format:
        case "xlsx":
            return pack(path, parts({"Sheet1": sheet([names, *rows])}, styles=date_styles(14)))
        case "csv":
            path.write_bytes(csv_text([names, *rows]).encode("utf-8"))
        case "json":
            path.write_bytes(page(drop.rows))
    return path


def write_disturbed(drop: Drop, path: Path, draw: random.Random) -> Path:
    """The drop as some exporter writes it: its headers, lines beside the list, encoding and packing."""
    if drop.dataset.format == "json":
        path.write_bytes(page(drop.rows))
        return path
    names, rows = _cells(drop)
    grid = _laid_out(drop.dataset, names, rows, draw)
    if drop.dataset.format == "csv":
        path.write_bytes(
            csv_text(grid, draw.choice(["\r\n", "\n"])).encode(draw.choice(["gb18030", "utf-8", "utf-8-sig", "utf-16"]))
        )
        return path
    return _packed(path, grid, draw)


def _cells(drop: Drop) -> tuple[list[str], list[list[Any]]]:
    names = [column.header for column in drop.dataset.columns]
    return names, [[row[name] for name in names] for row in drop.rows]


def _laid_out(dataset: Dataset, names: list[str], rows: list[list[Any]], draw: random.Random) -> list[list[Any]]:
    """Headers as people decorate them, columns that every list has, and lines that are no rows."""
    key_headers = {dataset.column(name).header for name in dataset.key}
    extra_before = ["序号"] if "序号" not in names and draw.random() < 0.5 else []
    extra_after = ["备注"] if "备注" not in names and draw.random() < 0.5 else []
    decorate = [
        lambda name: f"*{name}", lambda name: f"{name}（必填）", lambda name: f"{name}\n（选填）", lambda name: f" {name}　",
        lambda name: name[:2] + "\n" + name[2:], lambda name: name,
    ]  # fmt: skip
    shown = [draw.choice(decorate)(name) if draw.random() < 0.3 else name for name in names]
    header = [*extra_before, *shown, *extra_after]
    body = [
        [*([number] if extra_before else []), *row, *(["见附件"] if extra_after else [])]
        for number, row in enumerate(rows, 1)
    ]
    free = next(index for index, name in enumerate([*extra_before, *names, *extra_after]) if name not in key_headers)

    def line(text: str) -> list[Any]:
        return [*([None] * free), text]

    lines = [
        lambda: line("小计"), lambda: line(f"合计：{len(rows)}"), lambda: line(f"共计 {len(rows)} 家"), lambda: line("第1页 共2页"),
        lambda: line("以下空白"), lambda: line("备注：数据截至当日"), lambda: line("制表：某某 审核：某某"), lambda: list(header),
        lambda: [None] * len(header),
    ]  # fmt: skip
    grid: list[list[Any]] = []
    if draw.random() < 0.3:
        grid.append(["某市消防技术服务机构一览表"])
    grid.append(header)
    for row in body:
        grid.append(row)
        if draw.random() < 0.25:
            grid.append(draw.choice(lines)())
    return grid


def _packed(path: Path, grid: Sequence[Sequence[Any]], draw: random.Random) -> Path:
    shared: list[str] = []

    def text_cell(value: Any) -> Any:
        if not isinstance(value, str) or isinstance(value, Raw) or not value:
            return value
        way = draw.random()
        if way < 0.15:
            return Raw(f'<c r="{{r}}" t="inlineStr"><is><t><![CDATA[{value}]]></t></is></c>')
        if way < 0.25:
            return Raw(f'<c r="{{r}}" t="str"><v>{escape(value)}</v></c>')
        if way < 0.5:
            shared.append(f'<si><t xml:space="preserve">{escape(value)}</t></si>')
            return Raw(f'<c r="{{r}}" t="s"><v>{len(shared) - 1}</v></c>')
        return value

    cells = [[text_cell(value) for value in row] for row in grid]
    before = draw.choice(["", '<dimension ref="A1"/>', '<dimension ref="A0:M4"/>', "<!-- exported -->"])
    xml = sheet(cells, before=before)
    if draw.random() < 0.2:
        xml = xml.replace("</row>", f'<c r="XFD{1}" s="0"/></row>', 1)
    if draw.random() < 0.2:
        xml += draw.choice(["<!-- end -->", "\n\n"])
    content: dict[str, str | bytes] = parts({"Sheet1": xml}, shared="".join(shared), styles=date_styles(14))
    name = "xl/worksheets/sheet1.xml"
    way = draw.random()
    if way < 0.1:
        content[name] = xml.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
    elif way < 0.2:
        content[name] = xml.replace('encoding="UTF-8"', 'encoding="GB18030"').encode("gb18030")
    elif way < 0.3:
        content[name] = xml.encode() + b"\0" * 100
    return pack(path, content, draw.choice(["/", "/", "\\"]))

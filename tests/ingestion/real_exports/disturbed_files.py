"""Drops as files: as a careful exporter writes them, and as any exporter might.

Belongs here: headers, lines beside the list, encodings, packing. Does not belong here: the content of cells
(`disturbances`), the writers of single parts (`builder`).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ingestion.contract import Dataset
from tests.ingestion.real_exports.builder import (
    Raw,
    Row,
    column_letters,
    csv_text,
    date_styles,
    pack,
    page,
    parts,
    sheet,
)
from tests.ingestion.real_exports.disturbances import CUT, Draw, Drop, Ways

_TITLE = "某市消防技术服务机构一览表"


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


def write_disturbed(drop: Drop, path: Path, draw: Draw) -> Path:
    """The drop as some exporter writes it: its headers, lines beside the list, encoding and packing."""
    if drop.dataset.format == "json":
        path.write_bytes(_page(drop, draw))
        return path
    names, rows = _cells(drop)
    grid = _laid_out(drop.dataset, names, rows, draw)
    if drop.dataset.format == "csv":
        path.write_bytes(_text(grid, draw, is_cut=bool(drop.cut)))
        return path
    return _packed(path, grid, draw)


def _cells(drop: Drop) -> tuple[list[str], list[list[Any]]]:
    names = [column.header for column in drop.dataset.columns]
    return names, [[row[name] for name in names] for row in drop.rows]


# ---- pages


def _page(drop: Drop, draw: Draw) -> bytes:
    records = drop.rows
    if draw.happens(0.4, "K15 keys beside the list"):
        records = [{"xh": number, **row, "bz": "见附件", "备注": None} for number, row in enumerate(records, start=1)]
    if draw.happens(0.4, "K15 keys in another order"):
        records = [_shuffled(row, draw) for row in records]
    content = page(records)
    if draw.happens(0.3, "K11 page of ASCII alone"):
        content = json.dumps(json.loads(content), indent=draw.choice([None, 2])).encode()
    if draw.happens(0.3, "K11 page with a mark"):
        content = b"\xef\xbb\xbf" + content
    return gzip.compress(content) if draw.happens(0.3, "K12 packed page") else content


def _shuffled(row: Row, draw: Draw) -> Row:
    return {name: row[name] for name in draw.sample(list(row), len(row))}


# ---- texts


def _text(grid: Sequence[Sequence[Any]], draw: Draw, is_cut: bool) -> bytes:
    text = csv_text(grid, draw.choice(["\r\n", "\n"]))
    if is_cut:  # so that its first byte, left alone, is no character
        whole = CUT.encode("gb18030")
        return text.encode("gb18030").replace(whole, whole[:1])
    ways: Ways = {
        "K11 GB18030": lambda: text.encode("gb18030"),
        "K11 UTF-8": lambda: text.encode("utf-8"),
        "K11 UTF-8 with a mark": lambda: text.encode("utf-8-sig"),
        "K11 UTF-16": lambda: text.encode("utf-16"),
    }
    if "€" in text and (as_936 := _in_code_page_936(text)) and draw.random() < 0.5:
        ways = {"K11 euro sign of code page 936": lambda: as_936}
    elif any("\ue000" <= char <= "\uf8ff" for char in text) and draw.happens(0.5, "K11 private-use character"):
        ways = {"K11 GB18030": ways["K11 GB18030"]}
    return draw.way(ways)


def _in_code_page_936(text: str) -> bytes | None:
    """The text as Windows writes it, € as 0x80; None if it holds a character that GBK lacks."""
    try:
        return text.replace("€", "\x01").encode("gbk").replace(b"\x01", b"\x80")
    except UnicodeEncodeError:
        return None


# ---- what surrounds the rows of a list


def _headed(dataset: Dataset, name: str, draw: Draw) -> str:
    """A header as people write it: by another name, with marks, notes and breaks."""
    aliases = next(column.aliases for column in dataset.columns if column.header == name)
    if aliases and draw.happens(0.3, "K15 alias"):
        name = draw.choice(aliases)
    if draw.random() >= 0.3:
        return name
    ways: Ways = {
        "K15 mark in a header": lambda: f"*{name}",
        "K15 note in a header": lambda: f"{name}（必填）",
        "K15 note below a header": lambda: f"{name}\n（选填）",
        "K15 spaces around a header": lambda: f" {name}　",
        "K15 break in a header": lambda: name[:2] + "\n" + name[2:],
    }
    return draw.way(ways)


def _laid_out(dataset: Dataset, names: list[str], rows: list[list[Any]], draw: Draw) -> list[list[Any]]:
    """Headers as people decorate them, columns that every list has, and lines that are not rows."""
    key_headers = {dataset.column(name).header for name in dataset.key}
    extra_before = ["序号"] if "序号" not in names and draw.happens(0.5, "K15 running number") else []
    extra_after = ["备注"] if "备注" not in names and draw.happens(0.5, "K15 remarks") else []
    header = [*extra_before, *(_headed(dataset, name, draw) for name in names), *extra_after]
    body = [
        [*([number] if extra_before else []), *row, *(["见附件"] if extra_after else [])]
        for number, row in enumerate(rows, 1)
    ]
    free = next(index for index, name in enumerate([*extra_before, *names, *extra_after]) if name not in key_headers)

    def line(*texts: str) -> Callable[[], list[Any]]:
        """A line of one text, in the first column or in the first that is not a key."""
        return lambda: [*([None] * draw.choice([0, free])), draw.choice(texts)]

    lines: Ways = {
        "K15 subtotal": line("小计", "本页小计："),
        "K15 total": line(f"合计：{len(rows)}", f"共计 {len(rows)} 家"),
        "K15 page number": line("第1页 共2页", "- 2 -"),
        "K15 nothing below": line("以下空白"),
        "K15 note": line("备注：数据截至当日"),
        "K15 signature": line("制表：某某 审核：某某"),
        "K15 group heading": line("一、维护保养检测机构", "（二）消防安全评估机构", "三、其他"),
        "K15 header again": lambda: list(header),
        "K15 blank line": lambda: [None] * len(header),
    }
    title = [_TITLE] if draw.happens(0.4, "K15 title") else None
    if title:
        lines = {**lines, "K15 title again": lambda: [draw.choice([_TITLE, f"{_TITLE}（续）"])]}
    grid: list[list[Any]] = [title] if title else []
    grid.append(header)
    for row in body:
        grid.append(row)
        if draw.random() < 0.35:
            grid.append(draw.way(lines))
    return grid


# ---- workbooks


def _merges(grid: Sequence[Sequence[Any]], draw: Draw) -> str:
    """Lines of one text in the first column, such as titles, as merged ranges."""
    end = column_letters(max(map(len, grid)) - 1)
    lines = [number for number, row in enumerate(grid, start=1) if len(row) == 1 and row[0]]
    if not lines or not draw.happens(0.5, "K15 merged line"):
        return ""
    if grid[0] == [_TITLE]:
        draw.kinds.add("K15 merged title")
    ranges = "".join(f'<mergeCell ref="A{number}:{end}{number}"/>' for number in lines)
    return f'<mergeCells count="{len(lines)}">{ranges}</mergeCells>'


def _packed(path: Path, grid: Sequence[Sequence[Any]], draw: Draw) -> Path:
    shared: list[str] = []

    def shared_text(value: str) -> Raw:
        shared.append(f'<si><t xml:space="preserve">{escape(value)}</t></si>')
        return Raw(f'<c r="{{r}}" t="s"><v>{len(shared) - 1}</v></c>')

    def text_cell(value: Any) -> Any:
        if not isinstance(value, str) or isinstance(value, Raw) or not value or draw.random() < 0.5:
            return value
        ways: Ways = {
            "K13 CDATA in a text": lambda: Raw(f'<c r="{{r}}" t="inlineStr"><is><t><![CDATA[{value}]]></t></is></c>'),
            "K13 CDATA in a value": lambda: Raw(f'<c r="{{r}}" t="str"><v><![CDATA[{value}]]></v></c>'),
            "K13 text of a formula": lambda: Raw(f'<c r="{{r}}" t="str"><v>{escape(value)}</v></c>'),
            "K13 shared text": lambda: shared_text(value),
        }
        return draw.way(ways)

    cells = [[text_cell(value) for value in row] for row in grid]
    before = draw.way(
        {
            "K12 no dimension": lambda: "",
            "K12 dimension of one cell": lambda: '<dimension ref="A1"/>',
            "K12 dimension with a row 0": lambda: '<dimension ref="A0:M4"/>',
            "K12 comment before the rows": lambda: "<!-- exported -->",
        }
    )
    xml = sheet(cells, before=before, after=_merges(grid, draw))
    if draw.happens(0.2, "K12 styled cell far out"):
        xml = xml.replace("</row>", '<c r="XFD1" s="0"/></row>', 1)
    if draw.happens(0.2, "K12 end behind the end"):
        xml += draw.choice(["<!-- end -->", "\n\n"])
    content: dict[str, str | bytes] = parts({"Sheet1": xml}, shared="".join(shared), styles=date_styles(14))
    ways: Ways = {
        "K12 part in UTF-16": lambda: xml.replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
        "K12 part in GB18030": lambda: xml.replace('encoding="UTF-8"', 'encoding="GB18030"').encode("gb18030"),
        "K12 zeros behind the end": lambda: xml.encode() + b"\0" * 100,
    }
    if draw.random() < 0.3:
        content["xl/worksheets/sheet1.xml"] = draw.way(ways)
    return pack(path, content, "\\" if draw.happens(0.3, "K12 backslashes") else "/")

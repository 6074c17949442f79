"""Files as real exporters write them: rows of every dataset, and writers that keep what a library would tidy up.

Belongs here: invented rows by header, workbooks part by part, texts and pages byte by byte. Does not belong here: the
expected result of any of them (one test module per kind, `sources.md` "What real exports do").
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.ingestion.support import (
    USCC_A,
    USCC_B,
    USCC_C,
    Door,
    checkin,
    dataset,
    finding,
    headers,
    insured,
    make_id,
    make_uscc,
    person,
    write_xlsx,
)

NAMES = {
    USCC_A: "焦作甲消防技术服务有限公司",
    USCC_B: "焦作乙消防技术服务有限公司",
    USCC_C: "焦作丙消防技术服务有限公司",
}
DAY = "2024-06-01"
Row = dict[str, Any]

__all__ = [
    "DAY",
    "NAMES",
    "ROWS",
    "USCC_A",
    "USCC_B",
    "USCC_C",
    "Door",
    "Raw",
    "agency",
    "check",
    "checkin",
    "contract",
    "csv_text",
    "date_styles",
    "decision",
    "device",
    "finding",
    "grid",
    "insured",
    "make_id",
    "make_uscc",
    "media_item",
    "merit",
    "pack",
    "page",
    "parts",
    "penalty",
    "person",
    "put",
    "put_csv",
    "put_grid",
    "put_parts",
    "repair",
    "report",
    "sheet",
    "site_check",
    "ticket",
    "write_xlsx",
]  # fmt: skip


def agency(code: str = USCC_A, **more: Any) -> Row:
    return {
        "序号": 1,
        "机构名称": NAMES.get(code, "焦作丁消防技术服务有限公司"),
        "统一社会信用代码": code,
        "法定代表人": "钱多多",
        "注册地址": "焦作市解放区某路1号",
        "服务类型": "维护保养检测",
        "企业法人资格": "是",
        "工作场所建筑面积(㎡)": 260,
        "一级注册消防工程师": 1,
        "二级注册消防工程师": 1,
        "中级及以上操作员": 2,
        "初级操作员": 4,
        "质量管理体系": "有",
        "评估过程控制体系": "不适用",
        "报送方式": "既有28家",
        "报送日期": "2024-04-01",
        "公示日期": "2024-04-20",
        "机构状态": "正常",
    } | more


def device(name: str = "秒表", **more: Any) -> Row:
    return {"统一社会信用代码": USCC_A, "设备名称": name, "编号": "SB-1", "数量": 2, "有效期至": "2025-05-01"} | more


def site_check(number: str = "HC-1", **more: Any) -> Row:
    return {
        "核查编号": number,
        "核查批次": "2024-05",
        "统一社会信用代码": USCC_A,
        "核查日期": "2024-05-10",
        "核查结论": "通过",
    } | more


def check(task: str = "RW-1", line: str = "1", **more: Any) -> Row:
    return {
        "任务编号": task,
        "序号": line,
        "检查类型": "专项",
        "检查机关": "某局",
        "检查对象": NAMES[USCC_A],
        "统一社会信用代码": USCC_A,
        "检查日期": "2024-05-02",
        "检查结果": "发现问题",
        "问题描述": "记录不全",
        "对应失信条款": "7",
        "行为日期": "2024-05-02",
        "认定状态": "已认定",
        "认定日期": "2024-05-20",
    } | more


def penalty(number: str = "焦住建罚决字〔2024〕第1号", **more: Any) -> Row:
    return {
        "行政相对人名称": NAMES[USCC_A],
        "统一社会信用代码": USCC_A,
        "决定书文号": number,
        "违法行为类型": "某行为",
        "违法事实": "某事实",
        "处罚依据": "某条",
        "处罚类别": "罚款",
        "罚款金额(万元)": 1,
        "处罚决定日期": "2024-05-20",
        "行为日期": "2024-05-02",
        "对应失信条款": "7",
        "公示截止期": "2025-05-20",
        "处罚机关": "某局",
        "状态": "生效",
    } | more


def ticket(number: str = "GD-1", **more: Any) -> Row:
    return {
        "工单编号": number,
        "受理时间": "2024-05-02 10:22:05",
        "工单来源": "电话",
        "被诉对象": NAMES[USCC_A],
        "承办单位": "某局",
        "核查结果": "属实",
        "认定日期": "2024-05-20",
        "对应失信条款": "7",
        "是否重复": "否",
    } | more


def media_item(number: str = "XS-1", **more: Any) -> Row:
    return {
        "线索编号": number,
        "来源": "网络",
        "发现日期": "2024-05-02",
        "机构名称": NAMES[USCC_A],
        "统一社会信用代码": USCC_A,
        "摘要": "某事",
        "核查结果": "属实",
        "认定日期": "2024-05-20",
        "对应失信条款": "7",
    } | more


def merit(number: str = "SX-1", **more: Any) -> Row:
    return {
        "申报编号": number,
        "统一社会信用代码": USCC_A,
        "守信条款": "2",
        "级别": "市",
        "事项名称": "参与活动",
        "发证单位": "某协会",
        "取得日期": "2024-05-03",
        "审核结论": "通过",
        "认定日期": "2024-05-22",
    } | more


def repair(number: str = "XF-1", targets: str = "RD-1", **more: Any) -> Row:
    return {
        "申请编号": number,
        "统一社会信用代码": USCC_A,
        "认定编号": targets,
        "申请日期": "2024-05-21",
        "受理日期": "2024-05-22",
        "申请表": "有",
        "履行义务材料": "有",
        "其他印证资料": "有",
        "审核意见": "同意",
        "答复日期": "2024-05-24",
        "经办人": "甲某",
        "复核人": "乙某",
    } | more


def decision(
    number: str = "JD-1", kind: str = "directory", about: str = USCC_A, word: str = "exit", **more: Any
) -> Row:
    return {
        "决定编号": number,
        "对象类型": kind,
        "对象编号": about,
        "决定": word,
        "决定日期": "2024-05-24",
        "经办人": "甲某",
        "复核人": "乙某",
    } | more


def contract(number: str = "HT-1", **more: Any) -> Row:
    return {
        "htbh": number,
        "xmbh": "XM-1",
        "tyshxydm": USCC_A,
        "qymc": NAMES[USCC_A],
        "fwlx": "维护保养检测",
        "htqdrq": "2024-04-01",
        "fwksrq": "2024-04-02",
        "sjgxsjc": 1714700000000,
        "scbz": 0,
    } | more


def report(number: str = "BG-1", serial: int = 1, name: str = "王强", **more: Any) -> Row:
    return {
        "bgbh": number,
        "xmbh": "XM-1",
        "tyshxydm": USCC_A,
        "qymc": NAMES[USCC_A],
        "fwlx": "维护保养检测",
        "bgrq": "2024-05-02",
        "jsfzr": name,
        "jsfzrsfzh": make_id(serial),
        "xmfzr": name,
        "xmfzrsfzh": make_id(serial),
        "xmfzrzch": f"ZC{serial:04d}",
        "qzzt": "已签章",
        "gzdw": USCC_A,
        "sjgxsjc": 1714700000000,
        "scbz": 0,
    } | more


# One good row of every dataset; arguments replace its cells.
ROWS: Mapping[str, Callable[..., Row]] = {
    "registry/agencies": agency,
    "registry/personnel": person,
    "registry/equipment": device,
    "registry/site_checks": site_check,
    "registry/social_insurance": lambda **more: insured(make_id(1), "202405", **more),
    "complaints/hotline": ticket,
    "complaints/media": media_item,
    "inspections/checks": check,
    "inspections/penalties": penalty,
    "platform/contracts": contract,
    "platform/reports": report,
    "platform/checkins": checkin,
    "credit_desk/findings": finding,
    "credit_desk/merit_claims": merit,
    "credit_desk/repairs": repair,
    "credit_desk/decisions": decision,
}


def grid(place: str, rows: Iterable[Row], extra: Sequence[str] = ()) -> list[list[Any]]:
    """Header and rows as lists of cells; a column of the contract that may be absent is included only if filled."""
    rows = list(rows)
    optional = {column.header for column in dataset(place).columns if not column.header_required}
    names = [name for name in headers(dataset(place)) if name not in optional or any(name in row for row in rows)]
    names += [name for name in extra if name not in names]
    return [names, *([row.get(name) for name in names] for row in rows)]


# ---- workbooks, part by part


class Raw(str):
    """The raw XML of a cell; `{r}` is replaced by its reference."""

    __slots__ = ()


def column_letters(index: int) -> str:
    letters, index = "", index + 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _cell(reference: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Raw):
        return value.replace("{r}", reference)
    if isinstance(value, bool):
        return f'<c r="{reference}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


_OFFICE = "http://schemas.openxmlformats.org"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def sheet(cells: Sequence[Sequence[Any]], before: str = "", after: str = "") -> str:
    """A sheet's XML, with `before` and `after` around its sheetData."""
    rows = "".join(
        f'<row r="{number}">'
        + "".join(_cell(f"{column_letters(index)}{number}", value) for index, value in enumerate(row))
        + "</row>"
        for number, row in enumerate(cells, start=1)
    )
    return (
        f'{_XML}<worksheet xmlns="{_OFFICE}/spreadsheetml/2006/main" '
        f'xmlns:r="{_OFFICE}/officeDocument/2006/relationships">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def date_styles(*formats: str | int) -> str:
    """styles.xml: cell format i + 1 shows formats[i], a code or the number of a built-in one."""
    custom, cell_formats = "", '<xf numFmtId="0"/>'
    for number, code in enumerate(formats, start=200):
        if isinstance(code, str):
            custom += f'<numFmt numFmtId="{number}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>'
        cell_formats += f'<xf numFmtId="{number if isinstance(code, str) else code}" applyNumberFormat="1"/>'
    return (
        f'{_XML}<styleSheet xmlns="{_OFFICE}/spreadsheetml/2006/main"><numFmts count="{custom.count("<")}">{custom}</numFmts>'
        '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        f'<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="{len(formats) + 1}">{cell_formats}</cellXfs></styleSheet>'
    )


def parts(
    sheets: Mapping[str, str], shared: str | None = None, styles: str | None = None, properties: str = ""
) -> dict[str, str | bytes]:
    """Name -> content of a minimal workbook. `shared`: the <si> elements of the shared texts."""
    kind = f"{_OFFICE}/officeDocument/2006/relationships"
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    others = {"sharedStrings": shared, "styles": styles}
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    ) + "".join(
        f'<Relationship Id="rIdx{name}" Type="{kind}/{name}" Target="{name}.xml"/>'
        for name, text in others.items()
        if text is not None
    )
    typed = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{content}.worksheet+xml"/>'
        for number in range(1, len(sheets) + 1)
    ) + "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{content}.{name}+xml"/>'
        for name, text in others.items()
        if text is not None
    )
    found: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'{_XML}<Types xmlns="{_OFFICE}/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>'
            f"{typed}</Types>"
        ),
        "_rels/.rels": (
            f'{_XML}<Relationships xmlns="{_OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{kind}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{_OFFICE}/spreadsheetml/2006/main" xmlns:r="{kind}">{properties}'
            f"<sheets>{listed}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": (
            f'{_XML}<Relationships xmlns="{_OFFICE}/package/2006/relationships">{related}</Relationships>'
        ),
    }
    for number, xml in enumerate(sheets.values(), start=1):
        found[f"xl/worksheets/sheet{number}.xml"] = xml
    if shared is not None:
        found["xl/sharedStrings.xml"] = f'{_XML}<sst xmlns="{_OFFICE}/spreadsheetml/2006/main">{shared}</sst>'
    if styles is not None:
        found["xl/styles.xml"] = styles
    return found


def pack(path: Path, content: Mapping[str, str | bytes], separator: str = "/") -> Path:
    """Packs parts into a zip as they are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name.replace("/", separator), data)
    return path


# ---- into an inbox


def put(door: Door, place: str, rows: Iterable[Row], name: str = "", day: str = DAY) -> Path:
    """Rows as one file of the dataset's own format, with every header that the contract asks for. A page counts each key
    once."""
    of, rows = dataset(place), list(rows)
    path = door.drop(place, day, name or f"a.{of.format}")
    match of.format:
        case "xlsx":
            pack(path, parts({"Sheet1": sheet(grid(place, rows))}))
        case "csv":
            path.write_bytes(csv_text(grid(place, rows)).encode("gb18030"))
        case "json":
            keys = {row.get(of.column(of.key[0]).header) for row in rows}
            path.write_bytes(page((dict.fromkeys(headers(of)) | row for row in rows), total=len(keys)))
    return path


def put_grid(
    door: Door, place: str, cells: Sequence[Sequence[Any]], name: str = "a.xlsx", day: str = DAY, **around: str
) -> Path:
    """Cells as they are, as the only sheet of a workbook."""
    return pack(door.drop(place, day, name), parts({"Sheet1": sheet(cells, **around)}))


def put_parts(
    door: Door,
    place: str,
    content: Mapping[str, str | bytes],
    *,
    name: str = "a.xlsx",
    day: str = DAY,
    separator: str = "/",
) -> Path:
    """A workbook of given parts."""
    return pack(door.drop(place, day, name), content, separator)


def put_csv(
    door: Door, place: str, text: str | bytes, *, name: str = "a.csv", day: str = DAY, encoding: str = "gb18030"
) -> Path:
    """A text as it is."""
    path = door.drop(place, day, name)
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return path


def csv_text(cells: Sequence[Sequence[Any]], end: str = "\r\n") -> str:
    """Cells as a CSV that quotes where necessary."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([["" if cell is None else cell for cell in row] for row in cells])
    return text.getvalue()


def page(records: Iterable[Row], total: int | None = None, number: int = 1, **more: Any) -> bytes:
    """A page of the platform."""
    records = list(records)
    data = {"total": len(records) if total is None else total, "page": number, "records": records}
    return json.dumps({"code": 0, "msg": "ok", "data": data} | more, ensure_ascii=False).encode()

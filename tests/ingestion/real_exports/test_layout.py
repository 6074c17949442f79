"""K15: columns that do not belong to a list, marks and notes in headers, and lines of a printed page that are not rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.ingestion.real_exports.builder import (
    DAY,
    NAMES,
    ROWS,
    USCC_A,
    Door,
    Raw,
    Row,
    agency,
    check,
    column_letters,
    csv_text,
    device,
    finding,
    grid,
    insured,
    make_id,
    make_uscc,
    media_item,
    merit,
    page,
    parts,
    penalty,
    person,
    put_csv,
    put_grid,
    put_parts,
    repair,
    sheet,
    site_check,
    ticket,
)
from tests.ingestion.support import dataset, headers

TABLES = sorted(place for place in ROWS if dataset(place).format != "json")
PAGES = sorted(place for place in ROWS if dataset(place).format == "json")


def put_table(door: Door, place: str, cells: Sequence[Sequence[Any]], **around: str) -> None:
    """Cells in the dataset's own format."""
    if dataset(place).format == "csv":
        width = max(map(len, cells))
        put_csv(door, place, csv_text([[*line, *[None] * (width - len(line))] for line in cells]))
    else:
        put_grid(door, place, cells, **around)


def counts(door: Door) -> tuple[int, int]:
    outcome = door.only_outcome()
    assert outcome.status == "loaded", outcome.message
    return outcome.accepted_count, outcome.quarantined_count


# ---- columns beside the list


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("registry/personnel", person()),
        ("registry/equipment", {"统一社会信用代码": USCC_A, "设备名称": "秒表", "数量": 2}),
        ("credit_desk/findings", finding()),
        ("complaints/hotline", ticket()),
        ("inspections/penalties", penalty()),
    ],
)
def test_a_running_number_in_front_is_ignored(door: Door, place: str, row: Row) -> None:
    """l_sequence_column"""
    names, *rows = grid(place, [row])
    put_table(door, place, [["序号", *names], *([number, *cells] for number, cells in enumerate(rows, start=1))])
    assert counts(door) == (1, 0)


BESIDE = ("序号", "备注", "序 号", "行号", "NO.", "No", "备　注", "附注", "*备注（选填）", "序号\n")


def is_read(place: str, header: str) -> bool:
    """Whether the contract itself names a header: 序号 is part of a check's key."""
    bare = header.replace(" ", "").replace("　", "").strip("*\n").removesuffix("（选填）")
    return bare in headers(dataset(place))


@pytest.mark.parametrize(
    ("place", "header"), [(place, header) for place in TABLES for header in BESIDE if not is_read(place, header)]
)
def test_what_people_put_beside_a_list_is_ignored_in_every_dataset(door: Door, place: str, header: str) -> None:
    names, cells = grid(place, [ROWS[place]()])
    put_table(door, place, [[*names, header], [*cells, "给张三看"]])
    assert counts(door) == (1, 0)
    assert "给张三看" not in str(door.rows(place)) + str(door.only_outcome().message)


@pytest.mark.parametrize("place", PAGES)
def test_they_are_ignored_in_pages_too(door: Door, place: str) -> None:
    record = (
        dict.fromkeys(headers(dataset(place))) | ROWS[place]() | {"序号": 1, "bz": "给张三看", "xh": 2, "备注": None}
    )
    door.drop(place, DAY, "p.json").write_bytes(page([record]))
    assert counts(door) == (1, 0)
    assert "给张三看" not in str(door.rows(place))


def test_where_the_contract_names_them_they_are_read(door: Door) -> None:
    put_table(door, "inspections/checks", grid("inspections/checks", [check("RW-1", "7")]))
    put_grid(door, "registry/agencies", grid("registry/agencies", [agency(备注="迁址")]))
    door.ingest()
    assert door.rows("inspections/checks")[0]["task_line"] == "7"
    assert door.rows("registry/agencies")[0]["remarks"] == "迁址"


def test_a_row_number_does_not_stand_for_the_number_that_a_check_needs(door: Door) -> None:
    names, cells = grid("inspections/checks", [check()])
    put_table(door, "inspections/checks", [["行号" if name == "序号" else name for name in names], cells])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "missing_header")
    assert "序号" in (outcome.message or "")


# ---- marks and notes in headers


@pytest.mark.parametrize(
    ("place", "written"),
    [
        (
            "registry/personnel",
            {"身份证号": "*身份证号（必填）", "姓名": "姓 名\n（与证件一致）", "等级": "等级【选填】"},
        ),
        (
            "registry/personnel",
            {"劳动合同起": "劳动合同起_x000D_\n（YYYY-MM-DD）", "岗位": "岗位:", "姓名": "必填 姓名"},
        ),
        (
            "registry/agencies",
            {"工作场所建筑面积(㎡)": "工作场所\n建筑面积（㎡）（必填）", "公示日期": "（选填）公示日期"},
        ),
        ("registry/agencies", {"工作场所建筑面积(㎡)": "工作场所建筑面积［平方米］*", "机构名称": "　机构名称　"}),
        (
            "registry/agencies",
            {"工作场所建筑面积(㎡)": "工作场所建筑面积（㎡，保留一位小数）", "企业法人资格": "企业法人资格（是/否）"},
        ),
        (
            "inspections/penalties",
            {"罚款金额(万元)": "★罚款金额（万元）（保留两位小数）", "统一社会信用代码": "统一社会信用代码（18位）"},
        ),
        ("inspections/penalties", {"罚款金额(万元)": "（必填）罚款金额【万元】", "状态": "状态（生效／撤销（选一））"}),
        (
            "inspections/checks",
            {"任务编号": "任务编号（系统生成）", "检查类型": "＊检查类型", "行为日期": "行为日期(格式:2024-01-01)"},
        ),
        ("complaints/media", {"线索编号": "线索编号*必填", "摘要": "摘要（不超过500字）"}),
        ("registry/social_insurance", {"费款所属期": "费款所属期\n(YYYYMM)", "险种": "险种▼"}),
        ("registry/equipment", {"数量": "数量（台/套）", "编号": "编号（出厂）"}),
        ("credit_desk/decisions", {"决定": "决定（必填）", "说明": "说明（选填）"}),
    ],
)
def test_marks_notes_and_breaks_are_not_part_of_a_header(door: Door, place: str, written: dict[str, str]) -> None:
    names, *rows = grid(place, [ROWS[place]()])
    for name in written.keys() - set(names):  # a column that may be absent
        names.append(name)
    put_table(door, place, [[written.get(name, name) for name in names], *rows])
    assert counts(door) == (1, 0)


@pytest.mark.parametrize(
    ("place", "name", "written"),
    [
        ("inspections/penalties", "罚款金额(万元)", "罚款金额（元）"),
        ("inspections/penalties", "罚款金额(万元)", "罚款金额"),
        ("registry/agencies", "工作场所建筑面积(㎡)", "工作场所建筑面积（亩）"),
        ("registry/agencies", "工作场所建筑面积(㎡)", "工作场所建筑面积（万平方米）"),
        ("registry/equipment", "数量", "数量（百台）"),
    ],
)
def test_another_unit_is_another_column(door: Door, place: str, name: str, written: str) -> None:
    names, *rows = grid(place, [ROWS[place]()])
    put_table(door, place, [[written if one == name else one for one in names], *rows])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "unknown_header")


def test_a_note_does_not_make_two_columns_one(door: Door) -> None:
    names, cells = grid("registry/personnel", [person()])
    put_grid(door, "registry/personnel", [[*names, "姓名（曾用名）"], [*cells, "王某"]])
    assert door.only_outcome().reason_code == "repeated_header"


# ---- the national template of penalties

TEMPLATE = [
    "行政相对人名称",
    "行政相对人类别",
    "行政相对人代码_1（统一社会信用代码）",
    "行政相对人代码_2（工商注册号）",
    "行政相对人代码_3（组织机构代码）",
    "行政相对人代码_4（税务登记号）",
    "行政相对人代码_5（事业单位证书号）",
    "行政相对人代码_6（社会组织登记证号）",
    "法定代表人",
    "法定代表人证件类型",
    "法定代表人证件号码",
    "证件类型",
    "证件号码",
    "行政处罚决定书文号",
    "违法行为类型",
    "违法事实",
    "处罚依据",
    "处罚类别",
    "处罚内容",
    "罚款金额（万元）",
    "没收违法所得、没收非法财物的金额（万元）",
    "暂扣或吊销证照名称及编号",
    "处罚决定日期",
    "处罚有效期",
    "公示截止期",
    "处罚机关",
    "处罚机关统一社会信用代码",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
    "备注",
]
SECRET = make_id(77)
TEMPLATE_ROW = {
    "行政相对人名称": NAMES[USCC_A],
    "行政相对人类别": "法人及非法人组织",
    TEMPLATE[2]: USCC_A,
    "法定代表人": "钱某某",
    "法定代表人证件号码": SECRET,
    "证件号码": SECRET,
    "行政处罚决定书文号": "焦住建罚决字〔2024〕第1号",
    "违法行为类型": "某行为",
    "违法事实": "某事实",
    "处罚依据": "某条",
    "处罚类别": "罚款",
    "处罚内容": "罚款一万元",
    "罚款金额（万元）": 1,
    "没收违法所得、没收非法财物的金额（万元）": 0,
    "处罚决定日期": "2024-05-20",
    "处罚有效期": "2099-12-31",
    "公示截止期": "2025-05-20",
    "处罚机关": "某局",
    "处罚机关统一社会信用代码": make_uscc("11410800MB44AAAA"),
    "备注": "钱某某",
}


def test_the_national_template_of_penalties_is_read(door: Door) -> None:
    put_grid(door, "inspections/penalties", [TEMPLATE, [TEMPLATE_ROW.get(name) for name in TEMPLATE]])
    assert counts(door) == (1, 0)
    (row,) = door.rows("inspections/penalties")
    assert (row["agency_id"], row["decision_no"], row["status_code"]) == (
        USCC_A,
        "焦住建罚决字〔2024〕第1号",
        "effective",
    )
    assert (float(row["fine_10k_cny"]), str(row["public_until_on"])) == (1.0, "2025-05-20")
    assert (row["occurred_on"], row["clause"], row["project_no"], row["revoked_on"]) == (None,) * 4
    message = door.only_outcome().message or ""
    assert "no column 状态, so every row is taken as 生效" in message
    assert "no column 行为日期、对应失信条款、项目编号、撤销日期, so it is empty in every row" in message
    assert "without 对应失信条款, no penalty takes points" in message
    everywhere = message + str(row)
    assert not any(word in everywhere for word in (SECRET, SECRET[:14], "钱某某"))


@pytest.mark.parametrize(
    "change",
    [
        {
            TEMPLATE[2]: "行政相对人代码_1",
            "没收违法所得、没收非法财物的金额（万元）": "没收违法所得、没收非法财务的金额（万元）",
        },
        {"罚款金额（万元）": "处罚金额（万元）", "法定代表人证件号码": "法定代表人身份证号"},
        {name: f"{name}（必填）" for name in TEMPLATE[:3]} | {"违法事实": "*违法事实"},
        {"行政相对人代码_2（工商注册号）": "行政相对人代码_2"},
    ],
)
def test_its_usual_variants_are_read(door: Door, change: dict[str, str]) -> None:
    put_grid(
        door,
        "inspections/penalties",
        [[change.get(name, name) for name in TEMPLATE], [TEMPLATE_ROW.get(name) for name in TEMPLATE]],
    )
    assert counts(door) == (1, 0)


@pytest.mark.parametrize("lacked", ["行为日期", "对应失信条款", "项目编号", "状态", "撤销日期"])
@pytest.mark.parametrize(
    "beside", [(), ("处罚内容", "法定代表人", "备注"), ("行政相对人类别", "处罚内容", "处罚有效期")]
)
def test_no_other_form_may_lack_what_the_template_lacks(door: Door, lacked: str, beside: tuple[str, ...]) -> None:
    """Nor one into which a few of the template's columns were copied."""
    place = "inspections/penalties"
    names, cells = grid(place, [penalty()])
    at = names.index(lacked)
    put_grid(door, place, [[*names[:at], *names[at + 1 :], *beside], [*cells[:at], *cells[at + 1 :]]])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "missing_header")
    assert lacked in (outcome.message or "") and "双公示" in (outcome.message or "")


@pytest.mark.parametrize("sheets", [1, 2])
@pytest.mark.parametrize("revoked_on", ["2024-05-28", None, "/"])
def test_a_day_of_revocation_without_a_status_holds_the_file(door: Door, revoked_on: str | None, sheets: int) -> None:
    """Taken as 生效, a revoked penalty would count."""
    cells = [TEMPLATE_ROW.get(name) for name in TEMPLATE]
    odd = sheet([[*TEMPLATE, "撤销日期"], [*cells, revoked_on]])
    put_parts(
        door,
        "inspections/penalties",
        parts({"一": odd} if sheets == 1 else {"一": sheet([TEMPLATE, cells]), "二": odd}),
    )
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "missing_header")
    assert "撤销日期, but no column 状态" in (outcome.message or "")
    assert door.rows("inspections/penalties") == []


@pytest.mark.parametrize(("status", "code"), [("撤销", "revoked"), ("生效", "effective")])
def test_the_template_may_have_what_it_may_lack(door: Door, status: str, code: str) -> None:
    more = {"撤销日期": "2024-05-28" if code == "revoked" else None, "状态": status, "对应失信条款": "7"}
    put_grid(
        door,
        "inspections/penalties",
        [[*TEMPLATE, *more], [*(TEMPLATE_ROW.get(name) for name in TEMPLATE), *more.values()]],
    )
    message = door.only_outcome().message or ""
    (row,) = door.rows("inspections/penalties")
    assert (row["status_code"], row["clause"]) == (code, "7")
    assert "no column 行为日期、项目编号, so" in message and "状态" not in message and "points" not in message


def test_what_identifies_a_penalty_may_not_be_absent(door: Door) -> None:
    names = [name for name in TEMPLATE if name != "行政处罚决定书文号"]
    put_grid(door, "inspections/penalties", [names, [TEMPLATE_ROW.get(name) for name in names]])
    assert door.only_outcome().reason_code == "missing_header"


def test_a_status_in_the_file_is_used(door: Door) -> None:
    put_grid(
        door,
        "inspections/penalties",
        grid("inspections/penalties", [penalty("甲〔2024〕1号", 状态="撤销"), penalty("甲〔2024〕2号", 状态=None)]),
    )
    assert counts(door) == (1, 1)
    assert door.rows("inspections/penalties")[0]["status_code"] == "revoked"
    assert door.only_outcome().message is None


def test_blank_lines_of_a_file_without_a_status_are_not_rows(door: Door) -> None:
    lines = [[TEMPLATE_ROW.get(name) for name in TEMPLATE], [None] * 30, ["合计", *[None] * 18, 1], ["以下空白"]]
    put_grid(door, "inspections/penalties", [TEMPLATE, *lines])
    assert counts(door) == (1, 0)


# ---- lines of a printed page


def merges(*ranges: str) -> str:
    return (
        f'<mergeCells count="{len(ranges)}">' + "".join(f'<mergeCell ref="{one}"/>' for one in ranges) + "</mergeCells>"
    )


@pytest.mark.parametrize("is_merged", [True, False])
def test_title_unit_and_two_row_header_again_on_the_next_page_are_not_rows(door: Door, is_merged: bool) -> None:
    """l_repeated_header_pages"""
    place = "registry/agencies"
    names = headers(dataset(place))
    first, last = names.index("一级注册消防工程师"), names.index("初级操作员")
    top = [("人员配置" if at == first else None) if first <= at <= last else name for at, name in enumerate(names)]
    low = [name if first <= at <= last else None for at, name in enumerate(names)]
    title = "焦作市建设工程消防技术服务机构信用管理名录库（截至2024年5月10日）"
    rows = [
        agency(make_uscc(f"91410800MA44DD{number:02d}"), 机构名称=f"焦作{number}号消防公司", 序号=number + 1)
        for number in range(6)
    ]
    cells: list[list[Any]] = []
    ranges: list[str] = []
    for number, block in enumerate((rows[:3], rows[3:])):
        at = len(cells) + 1
        ranges += [f"{letters}{at}:{column_letters(len(names) - 1)}{at}" for letters in "A"]
        ranges += [f"A{at + 1}:{column_letters(len(names) - 1)}{at + 1}"]
        ranges += [f"{column_letters(first)}{at + 2}:{column_letters(last)}{at + 2}"]
        ranges += [
            f"{column_letters(column)}{at + 2}:{column_letters(column)}{at + 3}"
            for column in range(len(names))
            if not first <= column <= last
        ]
        cells += [[title if not number else f"{title}（续）"], ["单位：家、人、㎡"], top, low]
        cells += [[row.get(name) for name in names] for row in block]
    cells.append(["合计", *[None] * (first - 1), 6, 6, 12, 24])
    cells.append(["制表：张某", None, "审核：李某"])
    put_grid(door, place, cells, after=merges(*ranges) if is_merged else "")
    assert counts(door) == (6, 0)
    assert str(door.only_outcome().list_as_of_on) == "2024-05-10"


LINES = [
    *(
        "合计",
        "小 计",
        "本页小计：",
        "解放区小计",
        "合计：3家",
        "共计 6 家",
        "（共3条记录）",
        "以上共三家",
        "维护保养检测机构合计12家",
    ),
    *("第2页 共3页", "第 2 页", "- 2 -", "—２—", "Page 2 of 3", "页码：2/3"),
    *("一、维护保养检测机构", "（二）消防安全评估机构", "解放区", "武陟县（3家）", "城乡一体化示范区", "第一部分 机构"),
    *(
        "备注：表中数据由各区报送",
        "注1：含分公司",
        "说明：",
        "※ 带*号为必填项",
        "以下空白",
        "——以下无正文——",
        "以上数据截至月末",
        "续表",
    ),
    *(
        "制表：张某    审核：李某",
        "制表人张某",
        "打印时间：2024-05-30 10:00",
        "填报单位（盖章）：",
        "（单位：人）",
        "金额单位：万元",
    ),
]
FIRST_OR_KEY = sorted(set(TABLES) - {"credit_desk/decisions"})


@pytest.mark.parametrize("place", FIRST_OR_KEY)
def test_a_line_of_the_page_is_not_a_row_wherever_it_stands(door: Door, place: str) -> None:
    """In the first column, which is the key of many lists, in the middle of the rows."""
    names, cells = grid(place, [ROWS[place]()])
    put_table(door, place, [names, *([line] for line in LINES), cells, *([line] for line in LINES)])
    assert counts(door) == (1, 0)


@pytest.mark.parametrize("place", [place for place in FIRST_OR_KEY if dataset(place).format == "xlsx"])
def test_nor_is_one_in_a_merged_range(door: Door, place: str) -> None:
    """Every cell of the range then carries the text, the key's cells too."""
    names, cells = grid(place, [ROWS[place]()])
    end = column_letters(len(names) - 1)
    ranges = [f"A{row}:{end}{row}" for row in range(3, 3 + len(LINES))]
    put_grid(door, place, [names, cells, *([line] for line in LINES)], after=merges(*ranges))
    assert counts(door) == (1, 0)


@pytest.mark.parametrize("place", FIRST_OR_KEY)
def test_a_line_of_the_page_may_stand_beside_the_first_column(door: Door, place: str) -> None:
    names, cells = grid(place, [ROWS[place]()])
    put_table(door, place, [["序 ", *names] if "序号" not in names else names, ["1", *cells] if "序号" not in names else cells,
                            [None, None, "小计", None], [None, "第2页"], [None, None, None, "以下空白"]])  # fmt: skip
    assert counts(door) == (1, 0)


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        ("registry/agencies", [["合计", "3家", None, None, None, 5], ["小计", "维护保养检测", "/", None, "—"]]),
        ("registry/agencies", [["制表：", "张某", "审核：", "李某", "日期：", "2024-05-30"]]),
        ("registry/personnel", [["合计", None, None, None, "12人"], ["制表：", "张某", "审核：", "李某"]]),
        ("registry/personnel", [["制表：张某", None, "审核：李某", None, "2024年5月30日"]]),
        ("registry/equipment", [["合计", "/", "/", "无", 12], ["审核人：李某", None, "制表人：张某"]]),
        ("registry/site_checks", [["合计", None, "12家", None, None, 10]]),
        ("registry/social_insurance", [["合计", "", "", "", "", "", "", "", "4321.98"]]),
        ("complaints/hotline", [["合计", "12件", None, None]]),
        ("complaints/media", [["共 3 条", "", "", "", ""], ["打印人：张某", "打印时间：2024-05-30"]]),
        (
            "inspections/checks",
            [["小计", "", "", "", "", "", "", "", "3"], ["填报单位：某局", "", "填报日期：2024-05-30"]],
        ),
        ("inspections/penalties", [["合计", None, None, None, None, None, None, 12.5], ["一、住建局", None]]),
        ("credit_desk/findings", [["合计", "12件", None], ["注：", "以实际为准"]]),
        ("credit_desk/repairs", [["总计", 3], ["备注", None, None, "材料另附"]]),
        (
            "registry/agencies",
            [["解放区", "维护保养检测", None, "小计", 3, "85%"], ["填报单位：", "某某市住房和城乡建设局"]],
        ),
        (
            "registry/agencies",
            [["制表人", "张某", None, "审核人", "李某", "2024-05-30 10:00:00"], ["小计", "焦作甲公司", None, -3]],
        ),
        ("complaints/hotline", [[None, "填表日期", "2024年5月30日"], [None, "某区", "小计", "3", "12件"]]),
        (
            "inspections/penalties",
            [["合计", "叁万元整", None, None, None, Raw('<c r="{r}"><f>SUM(H2:H3)</f></c>'), 0.5]],
        ),
        ("registry/agencies", [["合计", 12, None, "制表人：", "张某", "2024-05-30"], ["打印时间", "2024-05-30 10:00"]]),
        ("inspections/penalties", [["注：", "以2024年批复为准"], ["单位：万元", None, None, "处罚依据"]]),
    ],
)
def test_a_total_or_signature_over_several_cells_is_not_a_row(door: Door, place: str, lines: list[list[Any]]) -> None:
    names, cells = grid(place, [ROWS[place]()])
    put_table(door, place, [names, cells, *lines, cells])
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.duplicate_count, outcome.quarantined_count) == (1, 1, 0)


@pytest.mark.parametrize("place", ["complaints/media", "inspections/checks", "registry/social_insurance"])
def test_lines_of_fewer_or_more_fields_are_not_rows_of_a_text(door: Door, place: str) -> None:
    names, cells = grid(place, [ROWS[place]()])
    lines = csv_text([["某表"], names, cells]) + "第1页 共2页\r\n某表\r\n" + csv_text([names, cells])
    put_csv(
        door, place, lines + "合计,,,2,,,,,,,,,,,,,,,,,,\r\n制表：张某,审核：李某\r\n，以下空白\r\n".replace("，", ",")
    )
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.duplicate_count, outcome.quarantined_count) == (1, 1, 0)


def test_each_sheet_has_lines_of_its_own(door: Door) -> None:
    place = "credit_desk/findings"
    names, *rows = grid(place, [finding("RD-1"), finding("RD-2")])
    sheets = {
        "解放区": sheet([["解放区认定台账"], names, rows[0], ["合计", 1], ["解放区认定台账"]]),
        "山阳区": sheet(
            [["山阳区认定台账"], ["序号", *names], [1, *rows[1]], ["", "山阳区认定台账"], ["解放区认定台账"]]
        ),
    }
    put_parts(door, place, parts(sheets))
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.quarantined_count) == (2, 1)  # another list's title stays a row


def test_points_below_a_note_belong_to_it(door: Door) -> None:
    names, cells = grid("registry/personnel", [person()])
    foot = [["说明："], ["1、本表一式两份"], ["2.由各机构填报"], ["（3）其他"]]
    put_grid(door, "registry/personnel", [names, cells, *foot])
    assert counts(door) == (1, 0)
    put_grid(door, "registry/equipment", [*grid("registry/equipment", [device()]), *foot[1:]])
    door.ingest()
    assert len(door.reasons()) == 3  # without the note they are unknown texts


@pytest.mark.parametrize("place", TABLES)
def test_a_header_again_is_not_a_row(door: Door, place: str) -> None:
    """As at the top, and as another page's header is written: other spaces, notes, an alias, fewer columns."""
    names, cells = grid(place, [ROWS[place]()])
    other = [f" {name[0]} {name[1:]}（必填）\n" for name in names]
    put_table(
        door, place, [["某表"], names, cells, ["某表 第2页"], names, other, names[:-2], [None, *names[1:]], cells]
    )
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.duplicate_count, outcome.quarantined_count) == (1, 1, 0)


@pytest.mark.parametrize(("place", "row"), [("registry/personnel", person()), ("inspections/checks", check())])
def test_a_header_in_another_order_holds_the_file(door: Door, place: str, row: Row) -> None:
    names, cells = grid(place, [row])
    put_table(door, place, [names, cells, names[::-1], cells[::-1]])
    outcome = door.only_outcome()
    assert (outcome.status, outcome.reason_code) == ("held", "repeated_header")
    assert "3" in (outcome.message or "") and "another order" in (outcome.message or "")


@pytest.mark.parametrize("place", FIRST_OR_KEY)
def test_an_unknown_text_stays_a_row_that_is_reported(door: Door, place: str) -> None:
    names, cells = grid(place, [ROWS[place]()])
    unknown = ["未知文字", "焦作甲消防技术服务有限公司", "审核技术有限公司", "暂缓办理"]
    put_table(door, place, [names, cells, *([None, None, text] for text in unknown), cells])
    outcome = door.only_outcome()
    assert (outcome.accepted_count, outcome.quarantined_count) == (1, len(unknown))


@pytest.mark.parametrize("column", ["序号", "备注"])
def test_an_unknown_text_in_a_column_beside_the_list_is_reported(door: Door, column: str) -> None:
    names, cells = grid("registry/personnel", [person()])
    put_grid(door, "registry/personnel", [[column, *names], [1, *cells], ["未知文字"], [3], ["4"], ["以下空白"]])
    assert counts(door) == (1, 1)


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("registry/agencies", agency(序号="合计")),
        ("registry/agencies", agency(序号="备注：")),
        ("registry/personnel", person(机构名称="小计")),
        ("registry/equipment", device("合计表")),
        ("inspections/checks", check("合计", "1")),
        ("inspections/penalties", penalty(行政相对人名称="合计")),
        ("credit_desk/findings", finding("第2页")),
        ("credit_desk/merit_claims", merit("小计")),
        ("complaints/media", media_item("一、")),
        ("registry/social_insurance", insured(make_id(1), 单位编号="合计")),
        ("registry/site_checks", site_check("注：1")),
        ("complaints/hotline", ticket("合计")),
        ("credit_desk/repairs", repair("以下空白")),
    ],
)
def test_a_row_with_a_filled_key_is_a_row_always(door: Door, place: str, row: Row) -> None:
    """Whatever its first cell says, even in the key itself: its other cells are those of a row."""
    put_table(door, place, grid(place, [row]))
    assert door.only_outcome().read_count == 1


@pytest.mark.parametrize(
    ("place", "row"),
    [
        ("registry/agencies", {"机构名称": "合计消防公司", "服务类型": "维护保养检测"}),
        ("registry/equipment", {"设备名称": "打印复印机", "数量": 2}),
        ("registry/equipment", {"设备名称": "压力计2台", "数量": 2}),
        ("inspections/penalties", {"决定书文号": "合计罚字〔2024〕1号"}),
        ("registry/personnel", {"姓名": "王强"}),
        ("credit_desk/findings", {"认定编号": "合计楼认定1"}),
        ("inspections/penalties", penalty(None, 违法事实="少报维保费用合计", 状态="撤销")),
        ("inspections/penalties", {"行政相对人名称": NAMES[USCC_A], "违法事实": "少报维保费用合计"}),
        ("inspections/penalties", {"统一社会信用代码": USCC_A, "违法事实": "合计", "罚款金额(万元)": 1}),
        ("inspections/checks", check(None, None, 问题描述="未出具维保记录小计")),
        ("complaints/media", media_item(None, 来源="制表单位")),
        ("complaints/media", media_item(None, 摘要="备注：维保费用总计")),
        ("complaints/hotline", ticket(None, 承办单位="审核单位：某局")),
        ("registry/site_checks", site_check(None, 核查批次="第2页")),
        ("registry/social_insurance", insured("", 单位名称="共计", 统一社会信用代码=None)),
        ("credit_desk/merit_claims", merit(None, 事项名称="参加公益活动次数合计")),
        ("inspections/penalties", {"违法事实": "少报维保费用合计", "处罚决定日期": "2024-05-20"}),
        ("inspections/penalties", {"行政相对人名称": NAMES[USCC_A], "违法事实": "收费小计", "罚款金额(万元)": 1}),
        ("registry/agencies", agency(None, 注册地址="合计")),
        ("complaints/hotline", {"被诉对象": NAMES[USCC_A], "承办单位": "合计", "来电时间": "2024-05-01 10:00:00"}),
    ],
)
def test_a_row_that_lacks_its_key_is_reported_and_not_passed_over(door: Door, place: str, row: Row) -> None:
    put_table(door, place, grid(place, [ROWS[place](), row]))
    assert counts(door) == (1, 1)


@pytest.mark.parametrize("sign", ["/", "—", "无", "NULL", "　"])
def test_a_decision_of_none_is_not_a_row(door: Door, sign: str) -> None:
    place = "credit_desk/decisions"
    put_grid(door, place, grid(place, [ROWS[place](), ROWS[place]("JD-2", word=sign)]))
    assert counts(door) == (1, 0)


def test_signs_for_none_fill_no_key(door: Door) -> None:
    place = "registry/agencies"
    put_grid(door, place, [*grid(place, [agency()]), ["合计", None, "/", None], ["/", "/", "/"], [None, "某公司", "—"]])
    assert counts(door) == (1, 2)  # a line without any text of its own stays a row

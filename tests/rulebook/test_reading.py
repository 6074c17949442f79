"""A version in readable form, and the differences between two."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rulebook import clauses, vocabulary, words
from rulebook.differences import differences
from rulebook.differences import rows_of as rows_of_differences
from rulebook.folder import Folder, Row
from rulebook.languages import LANGS, Lang
from rulebook.problems import RulebookError
from rulebook.reading import Entry, Reading, read, rows_of
from rulebook.tables import FOLDER_TABLES
from tests.rulebook.support import DEFAULT_YAML, FOREIGN, SMALL, folder_of, write

EVERY_WORD = """\
rulebook:
  id: all-1
  regime: all
  doc: every word
  status: in_force
  effective_from: 2024-01-01
  base: 100
  score_step: 0.5
  rated_from: checks
  rated_types: [双随机, 专项]
  unrated_status: [暂停, 退出]
components:
  - {id: SUB, sign: -1, window: until_next, next: checks, next_types: [双随机], agg: sum, cap_per_check: 20}
  - {id: OWN, sign: -1, window: own_year, agg: sum_over_count, divisor: reports, cap: 20.5, cap_provisional: true}
  - {id: ST, sign: 1, window: state, agg: sum}
items:
  - {code: A10, comp: SUB, clause: "3.1", title: 造假, title_en: forged, points: 10, per: report, quantity: row,
     cap: 30, cap_per_check: 20, repeat_factor: 1.5, law: 某办法第十二条, subsumes: [B5], prov: true}
  - {code: B5, comp: SUB, title: 其他, points: row, channels: [supervision_check, acceptance]}
  - {code: R, comp: OWN, title: 乘数量, points: row, quantity: row, per: 每台, severity: 严重, repairable: false}
  - {code: CH, comp: OWN, title: 报告, points: 0.5, fact: reports}
  - {code: H, comp: ST, title: 操作员, points: 2, fact: operators, above: 2}
  - {code: L, comp: ST, title: 面积, effect: "ceiling:B", points: 3, fact: floor_area, below: 200}
  - {code: V, comp: OWN, title: 否决, effect: "veto:B"}
  - {code: Z, comp: OWN, title: 清零, effect: zero_component}
clauses:
  - {dataset: findings, clause: 1-1, items: [A10, B5]}
  - {dataset: checks, clause: 1-1, items: [A10, B5]}
  - {dataset: findings, clause: "7", item: A10}
  - {dataset: penalties, clause: "*", item: R}
  - {dataset: merit_claims, clause: "1", level: 省, item: V}
  - {dataset: merit_claims, clause: "1", level: 市, item: V}
  - {dataset: hotline, clause: "", item: null}
  - {dataset: media, clause: "3", item: null}
bands:
  - {grade: A, lo: 95, lo_inc: false, hi: null, hi_inc: false}
  - {grade: M, lo: 70, lo_inc: true, hi: 95, hi_inc: true}
  - {grade: B, lo: null, lo_inc: false, hi: 70, hi_inc: false}
repair: {natural: expiry, on_application: true, reply_working_days: 5, max_attempts: 2, blocked_grades: [M, B]}
measures:
  - {grade: "*", code: publish, when: year_end, prov: true}
  - {grade: B, code: interview, when: on_enter, due_working_days: 5, latch: until_readmitted}
  - {grade: A, code: inspection_max, when: calendar_year, n: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return folder_of(
        write(tmp_path_factory.mktemp("regimes"), EVERY_WORD, name="all.yaml"),
        write(tmp_path_factory.mktemp("regimes")),
        DEFAULT_YAML,
        *FOREIGN,
    )


def entry(reading: Reading, part: str, code: str) -> Entry:
    (found,) = [one for one in reading.part(part) if one.code == code]
    return found


def told(one: Entry) -> dict[str, str]:
    return {statement.label: statement.text for statement in one.statements if statement.is_told}


def test_the_notice_reads_in_its_order(folder: Folder) -> None:
    reading = read(folder, "jz-2024-draft", "zh")
    assert [one.part for one in reading.entries] == sorted(
        (one.part for one in reading.entries), key=list(words.PARTS).index
    )
    assert [one.code for one in reading.part("item")][:7] == ["S1A", "S1B", "S2", "S3", "S4", "S5", "F01"]
    assert [(one.code, one.text("interval")) for one in reading.part("band")] == [
        ("A", "得分 > 100"),
        ("B", "81 ≤ 得分 ≤ 100"),
        ("C", "60 ≤ 得分 ≤ 80"),
        ("D", "得分 < 60"),
    ]
    assert told(entry(reading, "version", "jz-2024-draft")) == {
        "依据文件": "焦住建(征求意见稿) 2024-03-21",
        "制度": "jiaozuo",
        "状态": "征求意见稿（暂定）",
        "施行期": "自2024-03-21起",
        "基础分": "100分",
        "取整": "四舍五入到1分的整数倍",
        "起算日": "认定之日",
        "满一年当日": "仍计入",
        "同一行为": "涉及多项的，只按分值最大的计",
    }
    assert told(entry(reading, "component", "ADD")) == {
        "计分周期": "自起算日起一年",
        "汇总": "逐项相加",
        "合计上限": "30分（暂定）",
    }
    assert told(entry(reading, "item", "F04B")) == {
        "条款": "一(四)4",
        "分值": "-10／起",
        "上限": "30分",
        "标注": "暂定",
        "记录来源": "各类失信记录 条款4、4b；投诉工单、媒体曝光 条款为空",
    }
    assert entry(reading, "item", "S1B").text("clause_items") == "守信申报（省级、市级）条款1"
    assert told(entry(reading, "clause", "")) == {"不计分": "守信申报（市级）条款4"}


def test_each_word_of_a_published_table_is_read(folder: Folder) -> None:
    reading = read(folder, "all-1", "zh")
    version = told(entry(reading, "version", "all-1"))
    assert version["开始评级"] == "自首次检查（双随机、专项）起，此前未评"
    assert version["不评级状态"] == "名录状态为暂停、退出期间：得分照计，等级显示“未评”"
    assert "满一年当日" not in version, "no window is a year"
    assert told(entry(reading, "component", "SUB")) == {
        "计分周期": "至行为之后下一次检查（双随机）之日",
        "汇总": "逐项相加",
        "每次检查上限": "20分",
    }
    assert told(entry(reading, "component", "OWN")) == {
        "计分周期": "至机构评价起始日的下一周年日",
        "汇总": "相加后除以同期报告数",
        "合计上限": "20.5分（暂定）",
    }
    assert told(entry(reading, "item", "A10")) == {
        "条款": "3.1",
        "分值": "-10／份报告 × 数量",
        "上限": "30分",
        "每次检查上限": "20分",
        "标注": "暂定",
        "再犯倍数": "期限内再次发生，按1.5倍计",
        "同案吸收": "B5",
        "法律依据": "某办法第十二条",
        "记录来源": "失信认定、检查 条款1-1（同时计B5）；失信认定 条款7",
    }
    assert told(entry(reading, "item", "B5"))["分值"] == "按“扣分”栏"
    assert told(entry(reading, "item", "B5"))["认定渠道"] == "监督检查、验收"
    assert told(entry(reading, "item", "R")) == {
        "分值": "按“扣分”栏／每台 × 数量",
        "可修复": "不可修复",
        "严重程度": "严重",
        "记录来源": "行政处罚 各条款",
    }
    assert told(entry(reading, "item", "CH")) == {"分值": "-0.5／份报告", "事实": "每份报告"}
    assert told(entry(reading, "item", "H")) == {"分值": "+2／人", "事实": "消防设施操作员超过2人的部分，按每人计"}
    assert told(entry(reading, "item", "L")) == {
        "分值": "+3",
        "效果": "最高评为B",
        "事实": "工作场所建筑面积不足200㎡的，计一次",
    }
    assert told(entry(reading, "item", "V")) == {"效果": "直接评为B", "记录来源": "守信申报（省级、市级）条款1"}
    assert told(entry(reading, "item", "Z")) == {"效果": "所属构成计0分", "记录来源": "没有条款对应"}
    assert told(entry(reading, "clause", "")) == {"不计分": "投诉工单 条款为空；媒体曝光 条款3"}
    assert [one.code for one in reading.part("measure")] == ["A inspection_max", "B interview", "* publish"]
    assert told(entry(reading, "measure", "A inspection_max")) == {"时点": "每自然年1次"}
    assert told(entry(reading, "measure", "B interview")) == {
        "时点": "评为该等级时",
        "办结期限": "5个工作日内",
        "锁定": "直至重新准入",
    }
    assert told(entry(reading, "measure", "* publish")) == {"时点": "每年年末", "标注": "暂定"}
    assert told(entry(reading, "repair", "")) == {
        "自然修复": "期满后不再计入",
        "申请修复": "可以申请",
        "修复生效日": "自批准之日起",
        "答复期限": "5个工作日内",
        "申请次数上限": "每项最多2次",
        "不予受理等级": "等级为M、B的机构",
        "恢复方式": "恢复该项全部分值",
    }


def test_a_published_table_reads_as_printed(folder: Folder) -> None:
    """A source that only repeats the clause beside it is not shown; one that says more is."""
    reading = read(folder, "sl-2018", "zh")
    assert told(entry(reading, "item", "JJC202008")) == {
        "条款": "JJC202008",
        "分值": "-2／台仪器 × 数量",
        "每次检查上限": "20分",
    }
    assert told(entry(read(folder, "ia-2019", "zh"), "item", "A5-1")) == {"条款": "第五条第一项", "分值": "+10／次"}
    assert entry(reading, "item", "JJC202008").text("clause_items") == "各类失信记录 条款jjc202008"


def test_the_same_in_english(folder: Folder) -> None:
    reading = read(folder, "all-1", "en")
    assert entry(reading, "version", "all-1").text("rated_from") == (
        "from the first check (double random, special); unrated before"
    )
    assert told(entry(reading, "component", "SUB"))["window"] == (
        "to the day of the next check (double random) after the act"
    )
    assert entry(reading, "item", "A10").title == "forged"
    assert told(entry(reading, "item", "A10")) == {
        "clause": "3.1",
        "points": "-10 per report × quantity",
        "at most": "30",
        "at most per check": "20",
        "mark": "provisional",
        "again within its window": "× 1.5",
        "takes in, in one case": "B5",
        "law": "某办法第十二条",
        "rows": "findings, checks, clause 1-1 (together with B5); findings, clause 7",
    }
    assert [one.text("interval") for one in reading.part("band")] == ["score > 95", "70 ≤ score ≤ 95", "score < 70"]


def test_measures_have_the_titles_of_their_seed(folder: Folder) -> None:
    for lang, title in (("zh", "约谈提醒"), ("en", "Interview")):
        found = {one.text("measure_code"): one.title for one in read(folder, "all-1", lang).part("measure")}  # type: ignore[arg-type]
        assert found["interview"] == title
        assert found.keys() > {"interview"}


def test_a_version_with_an_end_shows_its_last_day(folder: Folder) -> None:
    version = read(folder, "rp-2024", "zh").part("version")[0]
    assert version.text("effective_on") == "自2024-01-01起，至2025-06-30止（含当日）"


@pytest.mark.parametrize("lang", LANGS)
def test_every_version_can_be_read_and_equals_itself(folder: Folder, lang: Lang) -> None:
    for row in folder.versions():
        reading = read(folder, row["rulebook_id"], lang)
        assert all(isinstance(text["text"], str) and text["text"] for text in rows_of(reading))
        assert not any("{" in text["text"] or "None" in text["text"] for text in rows_of(reading))
        assert differences(reading, read(folder, row["rulebook_id"], lang)) == []


def test_an_unknown_version_names_the_known_ones(folder: Folder) -> None:
    with pytest.raises(RulebookError, match="Known versions: all-1, hs-2024"):
        read(folder, "nowhere", "zh")


# --- what differs ---


def other(table: str, column: str, value: Any) -> Any:
    """Another value that the column may have."""
    choices = {
        "status": vocabulary.STATUSES,
        "rounding": vocabulary.ROUNDINGS,
        "clock_start": vocabulary.CLOCK_STARTS,
        "window_last_day": vocabulary.WINDOW_LAST_DAYS,
        "same_act": vocabulary.SAME_ACTS,
        "rated_from": vocabulary.RATED_FROM,
        "rated_types": tuple(words.CHECK_TYPES),
        "unrated_status": tuple(words.REGISTRY_STATUSES),
        "window_code": tuple(words.WINDOWS),
        "next_fact": vocabulary.EVENT_FACTS,
        "next_types": tuple(words.CHECK_TYPES),
        "aggregation": vocabulary.AGGREGATIONS,
        "divisor_fact": vocabulary.EVENT_FACTS,
        "points_from": vocabulary.POINTS_FROM,
        "quantity_from": vocabulary.QUANTITIES,
        "effect": vocabulary.EFFECTS,
        "fact": vocabulary.FACTS,
        "channels": vocabulary.CHANNELS,
        "dataset": (*clauses.MISCONDUCT_DATASETS, clauses.ANY),
        "level_code": vocabulary.LEVEL_CODES,
        "trigger_code": vocabulary.TRIGGERS,
        "natural": vocabulary.NATURAL_REPAIRS,
    }
    if column in choices:
        return next(word for word in choices[column] if word != value)
    kind = FOLDER_TABLES[table].field(column).type
    match str(kind):
        case "bool":
            return not value
        case "int32":
            return -1 if column == "sign" and value == 1 else (value or 0) + 1
        case "date32[day]":
            return (value or dt.date(2030, 1, 1)) + dt.timedelta(days=1)
        case "string":
            return f"{value or ''}X"
        case _:
            return (value or Decimal(0)) + 1


# Their lists have one word, so there is no other value.
ONE_WORD = {("repair_policy", "effective_on"), ("repair_policy", "add_back")}
COLUMNS = [
    (table, column)
    for table, schema in FOLDER_TABLES.items()
    for column in schema.names
    if column != "rulebook_id" and (table, column) not in ONE_WORD
]
# A row in which the column has an effect.
WITNESS = {
    ("components", "next_fact"): "SUB",
    ("components", "next_types"): "SUB",
    ("components", "divisor_fact"): "OWN",
    ("components", "is_cap_provisional"): "OWN",
    ("items", "effect_grade"): "L",
    ("items", "above"): "H",
    ("items", "below"): "L",
    ("bands", "is_hi_inclusive"): "M",
}
NAMED_BY = {"components": "component_code", "items": "item_code", "bands": "grade"}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_another_value_of_any_column_is_a_difference(folder: Folder, table: str, column: str, lang: Lang) -> None:
    rows = list(folder.rows(table, "all-1"))
    witness = WITNESS.get((table, column))
    index = next(index for index, row in enumerate(rows) if witness is None or row[NAMED_BY[table]] == witness)
    row = rows[index]
    changed = Row(dict(row.values) | {column: other(table, column, row[column])}, row.place)
    after = Folder({**folder.tables, table: (*rows[:index], changed, *rows[index + 1 :])})
    found = differences(read(folder, "all-1", lang), read(after, "all-1", lang))
    assert found, f"{row[column]!r} -> {changed[column]!r} is not shown"


def test_the_order_in_a_file_is_not_a_difference(folder: Folder) -> None:
    items = folder.tables["items"]
    assert (
        differences(
            read(folder, "hs-2024", "zh"), read(Folder({**folder.tables, "items": items[::-1]}), "hs-2024", "zh")
        )
        == []
    )


def test_what_was_added_removed_and_changed(tmp_path: Path) -> None:
    after = (
        ("id: small-1", "id: small-2"),
        ("effective_from: 2024-01-01", "effective_from: 2025-01-01"),
        ("points: 40, cap: 80, subsumes: [F2]", "points: 30, cap: 80"),
        ("  - {code: F2, comp: SUB, title: slight, points: 10, channels: [acceptance]}\n", ""),
        ('  - {dataset: findings, clause: "*", item: F2}\n', ""),
        ("  - {code: M1,", "  - {code: M2, comp: ADD, title: more, points: 2}\n  - {code: M1,"),
        ("lo: 60,", "lo: 65,"),
        ("blocked_grades: [C], ", ""),
        ("when: on_enter", "when: while"),
    )
    both = folder_of(write(tmp_path), write(tmp_path, SMALL, *after, name="after.yaml"))
    rows = rows_of_differences(differences(read(both, "small-1", "zh"), read(both, "small-2", "zh")))
    changes = [(row["part"], row["code"], row["change"], row["subject"], row["before"], row["after"]) for row in rows]
    assert [change for change in changes if change[2] == "changed"] == [
        ("version", "small-2", "changed", "effective_on", "自2024-01-01起", "自2025-01-01起"),
        ("item", "F1", "changed", "points", "-40／次", "-30／次"),
        ("item", "F1", "changed", "subsumes", "F2", None),
        ("band", "B", "changed", "interval", "60 ≤ 得分 ≤ 100", "65 ≤ 得分 ≤ 100"),
        ("measure", "C exit", "changed", "trigger_code", "评为该等级时", "等级存续期间"),
        ("repair", "", "changed", "blocked_grades", "等级为C的机构", None),
    ]
    assert {change[1] for change in changes if change[2] == "added"} == {"M2"}
    assert {change[1] for change in changes if change[2] == "removed"} == {"F2"}
    assert ("item", "F2", "removed", "channels", "验收", None) in changes
    assert ("item", "M2", "added", "points", None, "+2／次") in changes


def test_versions_of_different_regimes_can_be_compared(folder: Folder) -> None:
    found = differences(read(folder, "sf-2024", "en"), read(folder, "jz-2024-draft", "en"))
    assert {difference.change for difference in found} == {"added", "removed", "changed"}
    (version,) = [difference for difference in found if difference.part == "version"]
    regimes = [(before, after) for before, after in version.statements if before and before.key == "regime_code"]
    assert [(before and before.text, after and after.text) for before, after in regimes] == [("starfield", "jiaozuo")]

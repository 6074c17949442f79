"""A regime template: every block and key with its meaning, words and default, and example entries.

Belongs here: the text of the file. Does not belong here: keys and defaults (`grammar`), their meaning (`labels`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rulebook import values, vocabulary, words
from rulebook.grammar import BLOCKS, REQUIRED, REQUIRED_BLOCKS, SINGLE, Key
from rulebook.labels import BLOCK_LABELS, KEY_LABELS
from rulebook.measures import known_measures
from rulebook.problems import Place, Problem, RulebookError

_WHAT: dict[Any, str] = {
    values.text: "文字 text",
    values.code: "代码 code",
    values.codes: "[X, Y]",
    values.date: "yyyy-mm-dd",
    values.points: "数值 number",
    values.points_or_row: f"数值 number | row {words.outline(words.POINTS_FROM, vocabulary.ROW)}",
    values.integer: "整数 whole number",
    values.flag: "true | false",
    values.sign: " | ".join(f"{number} {zh}" for number, (zh, _) in words.SIGNS.items()),
    values.effect: " | ".join(
        f"{shown} {words.outline(words.EFFECTS, name)}" for name, shown in values.EFFECTS_SHOWN.items()
    ),
    values.channels: "all | ["
    + ", ".join(f"{one} {words.outline(words.CHANNELS, one)}" for one in words.CHANNELS)
    + "]",
    values.clause: "文字 text",
    values.level: "国家 | 省 | 市",
}

_HEAD = """\
# 评分规则（一个文件为一版）。填写后检查并导入：firemark rulebook import 本文件 规则目录
# A regime, one version a file. Fill it in, then check and import it: firemark rulebook import THIS_FILE RULES_DIR
# 下列条目均为示例，请按公布的分值表改写；未写的键取默认值。
# All entries below are examples: write your own points table instead. A key that is left out takes its default.
# 取值可写英文词，也可写其后的中文名称（含“…”的只写英文词）。
# Write a word as it is in English, or its Chinese name behind it (only the English one where the name holds …).
"""

# Example entries; the comments on the keys are written above them.
_ENTRIES: dict[str, str] = {
    "components": """\
  - {id: ADD, sign: 1, window: P1Y, agg: sum, cap: 30, cap_provisional: true}
  - {id: SUB, sign: -1, window: P1Y, agg: sum}
  # 到下一次双随机或专项检查为止，每次检查最多扣 20 分
  # until the next double-random or special check; one check deducts 20 at most
  - {id: SITE, sign: -1, window: until_next, next: checks, next_types: [双随机, 专项], agg: sum, cap_per_check: 20}
  # 自机构起始日起逐年计算 / year by year from the agency's own start
  - {id: YEAR, sign: -1, window: own_year, agg: sum, cap: 40}
  # 按人数计分 / points for head-counts
  - {id: HEADS, sign: 1, window: state, agg: sum, cap: 10}
""",
    "items": """\
  - {code: M1, comp: ADD, clause: 第1条, title: 参编标准, title_en: took part in a standard, points: 6, per: standard, cap: 12}
  - {code: H1, comp: HEADS, title: 一级注册消防工程师多于两人, title_en: engineers beyond two, points: 1, fact: engineers_level_1, above: 2}
  - {code: F1, comp: SUB, clause: 第2条, title: 出具虚假文件, title_en: false documents, effect: "veto:D", repairable: false}
  - {code: F2, comp: SUB, clause: 第3条, title: 转包分包, title_en: work sold on, points: 20, cap: 40, subsumes: [F3]}
  # 有效期内再犯加倍 / twice the points when it happens again while the first still counts
  - {code: F3, comp: SUB, clause: 第4条, title: 未签合同, title_en: no contract, points: 10, repeat_factor: 2}
  # 每份报告扣 5 分，份数取各行的数量；每次检查最多 15 分
  # 5 for each report, as many as the row's 数量 says; 15 a check at most
  - {code: R1, comp: SITE, clause: 第5条, title: 报告数据不实, title_en: wrong data in reports, points: 5, per: report, quantity: row, cap_per_check: 15}
  # 分值取各行自带的扣分 / the points are the row's own 扣分
  - {code: R2, comp: SITE, clause: 第6条, title: 其他现场问题, title_en: other findings on site, points: row, channels: [supervision_check, acceptance]}
  - {code: Y1, comp: YEAR, clause: 第7条, title: 未按时报送, title_en: reported late, points: 4, per: report, prov: true}
""",
    "clauses": """\
  - {dataset: "*", clause: 2, item: F1}
  - {dataset: "*", clause: 3, item: F2}
  # 一行对应两个条目，合计与他行比较 / one row, a line of each item; together they compete with other rows
  - {dataset: findings, clause: 4, items: [F3, Y1]}
  - {dataset: checks, clause: 5, item: R1}
  # 只有带扣分的表可对应 points: row 的条目 / only exports with 扣分 lead to an item with points: row
  - {dataset: checks, clause: 6, item: R2}
  - {dataset: penalties, clause: "*", items: [F3]}
  # 条款为空的投诉工单 / a ticket whose clause is empty
  - {dataset: hotline, clause: "", item: F3}
  - {dataset: merit_claims, clause: 1, item: M1}
  # 市级不计分 / of the municipal level it does not score
  - {dataset: merit_claims, clause: 1, level: 市, item: null}
""",
    "bands": """\
  - {grade: A, lo: 100, lo_inc: false, hi: null, hi_inc: false}
  - {grade: B, lo: 80, lo_inc: true, hi: 100, hi_inc: true}
  - {grade: C, lo: 60, lo_inc: true, hi: 80, hi_inc: false}
  - {grade: D, lo: null, lo_inc: false, hi: 60, hi_inc: false}
""",
    "measures": """\
  - {grade: A, code: quality_directory, when: while}
  - {grade: C, code: interview, when: on_enter, due_working_days: 10}
  - {grade: C, code: inspection_min, when: calendar_year, n: 2}
  - {grade: D, code: exit, when: on_enter}
""",
}
_SAID: dict[str, dict[str, str]] = {
    "rulebook": {
        "id": "my-city-1",
        "regime": "my-city",
        "doc": "文件名称与日期",
        "status": "draft",
        "effective_from": "2026-01-01",
        "base": "100",
        "score_step": "1",
        "rounding": "half_up",
        "unrated_status": "[暂停]",
        "prov": "true",
    },
    "repair": {"on_application": "true", "reply_working_days": "5", "blocked_grades": "[D]"},
}


def template() -> str:
    """The text of the file; it can be imported unchanged."""
    return _HEAD + "".join(_block(block) for block in BLOCKS)


def write_template(path: Path) -> None:
    """Writes the file. An existing file is not changed."""
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(template())
    except FileExistsError:
        raise RulebookError(
            [
                Problem(
                    Place(str(path)),
                    "file_exists",
                    "the file exists already and was not changed",
                    "Name another file.",
                )
            ]
        ) from None
    except OSError as error:
        raise RulebookError(
            [
                Problem(
                    Place(str(path)), "unwritable", f"the file cannot be written ({error.strerror})", "Check the path."
                )
            ]
        ) from None


def _block(block: str) -> str:
    label, keys = BLOCK_LABELS[block], BLOCKS[block]
    missing = {"clauses": "焦作对照表 the map of the Jiaozuo notice", "bands": "不评级 no grades"}.get(block)
    if block in REQUIRED_BLOCKS:
        left_out = "必填 needed"
    else:
        left_out = f"不写则 left out = {missing or '默认 defaults' if missing or block in SINGLE else '无 none'}"
    text = f"\n# ---- {label.names[0]} {block}：{label.zh} / {label.en}（{left_out}）\n"
    if block in SINGLE:
        lines = (
            f"  {name}: {_value(block, name, key)}  # {_comment(block, name, key)}\n" for name, key in keys.items()
        )
        return f"{text}{block}:\n{''.join(lines)}"
    width = max(map(len, keys))
    lines = (f"#   {name:<{width}}  {_comment(block, name, key)}\n" for name, key in keys.items())
    return f"{text}{''.join(lines)}{block}:\n{_ENTRIES[block]}"


def _comment(block: str, name: str, key: Key) -> str:
    label = KEY_LABELS[block][name]
    named = label.names[0] if label.zh in label.names[0] else f"{label.names[0]}：{label.zh}"
    default = "必填 needed" if key.default is REQUIRED else f"默认 default {_default(block, name, key)}"
    return f"{named} / {label.en} ({what(key)}; {default})"


def what(key: Key) -> str:
    """The values that a key takes."""
    if key.read is values.measure:
        return " | ".join(f"{code} {measure.title_zh}" for code, measure in known_measures().items())
    match key.read:
        case values.OneOf() as one:
            return " | ".join(one.shown().values())
        case values.SomeOf(choices=choices):
            return f"[{', '.join(choices)}]"
        case read:
            return _WHAT.get(read, "[X, Y]")


def _default(block: str, name: str, key: Key) -> str:
    """A key's default as written in a file; some defaults are the value of another key."""
    follows = {
        ("rulebook", "regime"): "id",
        ("items", "title_en"): "title",
        ("items", "channels"): "all",
        ("items", "effect"): "points",
        ("bands", "lo_inc"): "无下限时可省略 only where lo is null",
        ("bands", "hi_inc"): "无上限时可省略 only where hi is null",
    }.get((block, name))
    if follows is not None:
        return follows
    if isinstance(key.default, bool):
        return str(key.default).lower()
    return "null" if key.default is None else str(key.default)


def _value(block: str, name: str, key: Key) -> str:
    """The value of a key in a block that is not a list."""
    return _SAID[block].get(name) or _default(block, name, key)

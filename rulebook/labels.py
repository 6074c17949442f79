"""Names and meanings of the blocks and keys of a regime, in Chinese and English.

Belongs here: the Chinese names of each (the first is the usual one, the others are accepted as headers of a sheet), and its
meaning. Does not belong here: the values of a key and its default (`grammar`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """The Chinese names of a block or key, usual one first, and its meaning in both languages."""

    names: tuple[str, ...]
    zh: str
    en: str


def _label(names: str, zh: str, en: str) -> Label:
    return Label(tuple(names.split("、")), zh, en)


BLOCK_LABELS: dict[str, Label] = {
    "rulebook": _label("规则、版本、规则版本", "本版规则", "this version of the rules"),
    "components": _label("构成、组成、计分构成", "分数由哪些部分构成", "the parts that a score is made of"),
    "items": _label(
        "条目、计分条目、评分条目、计分标准、评分标准",
        "计分条目，一条一行",
        "what adds or deducts points, one entry each",
    ),
    "clauses": _label(
        "条款对照、条款、条款映射",
        "各表所写条款对应的条目",
        "what an export writes as clause, and the items it leads to",
    ),
    "bands": _label("等级、等级划分", "等级与分数段，从优到劣", "grades and their scores, best first"),
    "repair": _label("修复、信用修复", "信用修复", "repair of misconduct"),
    "measures": _label("措施、分级措施", "各等级对应的措施", "what a grade leads to"),
}

KEY_LABELS: dict[str, dict[str, Label]] = {
    "rulebook": {
        "id": _label("版本编号", "本版编号", "the version's own id"),
        "regime": _label("制度、制度代码", "制度代码，各版相同", "the regime's code, the same in each version"),
        "doc": _label("依据文件、文件", "依据的文件", "the document that the rules are from"),
        "status": _label("状态", "不影响计分", "changes no score"),
        "effective_from": _label("施行日期、生效日期", "自当日起施行", "the first day on which it holds"),
        "effective_to": _label("失效日期", "自当日起不再施行", "the first day on which it no longer holds"),
        "base": _label("基础分、基准分", "起始分数", "the score to begin with"),
        "score_step": _label(
            "分数单位、计分单位", "分数的最小单位，空为 0.01", "scores are multiples of it; null = 0.01"
        ),
        "rounding": _label("取整、取整方式", "四舍五入到分数单位，或不取整", "whether scores are rounded to the step"),
        "clock_start": _label("起算日", "自认定日或行为日起算", "a line counts from its determination or from the act"),
        "window_last_day": _label(
            "满一年当日、最后一日", "周年当日是否仍计", "whether the day one year later still counts"
        ),
        "same_act": _label("同一行为、一事多次认定", "同一行为取最重或相加", "of one act the most counts, or the sum"),
        "rated_from": _label(
            "开始评级、参评起点", "自何时起评级", "what makes an agency rated; before it has no grade"
        ),
        "rated_types": _label(
            "开始评级的检查、参评检查类型",
            "仅与 rated_from: checks 同用",
            "the types of check that do; only with rated_from: checks",
        ),
        "unrated_status": _label(
            "不评级状态", "处于这些机构状态时不评级", "statuses in the directory that suspend the grade"
        ),
        "prov": _label("暂定", "尚待确认", "not confirmed yet"),
    },
    "components": {
        "id": _label("构成编号、编号", "编号", "its code"),
        "sign": _label("方向、加减", "1 加分，-1 扣分", "1 adds, -1 deducts"),
        "window": _label("计分周期、周期", "每笔计多久", "how long a line counts"),
        "next": _label("下一次、下一事件", "until_next 所等的事件", "the event that until_next waits for"),
        "next_types": _label(
            "下一次检查类型", "仅与 next: checks 同用", "the types of check that end it; only with next: checks"
        ),
        "agg": _label("汇总、汇总方式", "如何汇总", "how its lines are summed"),
        "divisor": _label("除数", "仅与 sum_over_count 同用", "what the sum is divided by; only with sum_over_count"),
        "cap": _label("合计上限、上限", "各笔合计不超过此数", "the most it gives in all"),
        "cap_per_check": _label("每次检查上限、单次检查上限", "每次检查的上限", "the most that one check gives"),
        "cap_provisional": _label("上限暂定", "上限尚待确认", "the cap is not confirmed yet"),
    },
    "items": {
        "code": _label("条目编号、编号、代码", "编号", "its code"),
        "comp": _label("所属构成、构成", "所属构成的编号", "the component that it belongs to"),
        "clause": _label("条款、依据条款", "文件中的条款，仅供查阅", "its clause in the document, for reading only"),
        "title": _label("名称、条目名称、内容", "名称", "its title in Chinese"),
        "title_en": _label("英文名称", "英文名称", "its title in English"),
        "points": _label(
            "分值、分数、扣分、扣分标准",
            "每次的分值；row 为各行自带的扣分",
            "points each time; row = the row's own 扣分",
        ),
        "quantity": _label("数量", "row 为分值乘以各行的数量", "row = points times the row's 数量"),
        "repeat_factor": _label(
            "再犯倍数、重复倍数", "有效期内再犯时分值所乘", "a repeated line costs its points times this"
        ),
        "per": _label("计分单元、单位", "说明每次指什么", "what one occurrence is; a label only"),
        "cap": _label("上限、条目上限", "合计上限", "the most it gives in all"),
        "cap_per_check": _label("每次检查上限、单次检查上限", "每次检查的上限", "the most that one check gives"),
        "effect": _label(
            "效果、作用",
            "计分、一票定级、封顶或构成清零",
            "points, decides the grade, limits it, or zeroes its component",
        ),
        "fact": _label("事实", "依据何种事实", "what it is counted from"),
        "above": _label("超过", "人数或面积超过此数的，每一个计一次", "counts each one above this number; counts only"),
        "below": _label("不足", "人数或面积不足此数的，计一次", "counts once while below this number; counts only"),
        "channels": _label(
            "认定渠道、渠道", "限于哪些认定渠道", "the channels through which it can be found; all if left out"
        ),
        "repairable": _label("可修复", "可否申请修复", "whether it can be repaired"),
        "severity": _label("严重程度", "仅供查阅", "for reading only"),
        "subsumes": _label("同案吸收、吸收", "同一行为中被本条吸收的条目", "items of the same act that it takes in"),
        "law": _label("法律依据、法规依据", "法律依据", "its legal basis"),
        "prov": _label("暂定", "尚待确认", "not confirmed yet"),
    },
    "clauses": {
        "dataset": _label("数据表、数据集", "哪张表，* 为失信类五张表", "the export; * = the five of misconduct"),
        "clause": _label("条款", "表中所写的条款，* 为任何条款", "as the export writes it; * = any that is not empty"),
        "level": _label("级别", "仅守信申报有级别", "of merits only: 国家, 省, 市; any if left out"),
        "item": _label("单一条目", "对应的条目，null 为不计分", "the item that it leads to; null = it does not score"),
        "items": _label("条目、条目编号、对应条目", "对应的多个条目", "several items at once, instead of item"),
    },
    "bands": {
        "grade": _label("等级", "等级", "the grade"),
        "lo": _label("下限", "分数下限，空为无下限", "the least score; null = none"),
        "lo_inc": _label("含下限", "是否包含下限", "whether the least score belongs to it"),
        "hi": _label("上限", "分数上限，空为无上限", "the most; null = none"),
        "hi_inc": _label("含上限", "是否包含上限", "whether the most belongs to it"),
    },
    "repair": {
        "natural": _label("自然修复、到期修复", "到期是否自动失效", "whether lines end with their window"),
        "on_application": _label("申请修复、可申请修复", "可否申请修复", "whether a repair can be applied for"),
        "effective_on": _label("修复生效日、生效日", "自何日起生效", "the day from which a repair counts"),
        "reply_working_days": _label("答复期限、答复工作日", "受理后几个工作日内答复", "working days until the reply"),
        "max_attempts": _label(
            "申请次数上限、最多次数", "同一行为最多申请几次", "how often a repair can be applied for"
        ),
        "blocked_grades": _label(
            "不予受理等级、不予修复等级", "这些等级不予受理", "grades in which no repair is granted"
        ),
        "add_back": _label("恢复方式", "恢复多少分", "what a repair gives back"),
    },
    "measures": {
        "grade": _label("等级", "等级，* 为任何等级", "the grade; * = any"),
        "code": _label("措施、措施代码", "措施代码", "the measure's code"),
        "when": _label("时点、何时", "何时采取", "when it is taken"),
        "n": _label("次数", "每年次数", "how many a year; with calendar_year"),
        "due_working_days": _label("办结期限、办结工作日、期限", "几个工作日内完成", "working days until it is due"),
        "latch": _label("锁定、持续至", "仅供查阅", "for reading only"),
        "prov": _label("暂定", "尚待确认", "not confirmed yet"),
    },
}

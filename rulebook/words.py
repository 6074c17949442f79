"""The Chinese and English names of a rulebook's words: closed lists, one home each.

Belongs here: word -> (Chinese, English), labels. Does not belong here: which words there are (`vocabulary`), the
Chinese names of keys and blocks (`labels`), sentences that need more than one cell of a table (`reading`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rulebook import clauses, vocabulary
from rulebook.labels import BLOCK_LABELS, KEY_LABELS
from rulebook.languages import LANGS, Lang

Words = Mapping[str, tuple[str, str]]

STATUSES: Words = {
    "draft": ("征求意见稿", "draft"),
    "in_force": ("施行", "in force"),
    "repealed": ("已废止", "repealed"),
}
ROUNDINGS: Words = {"none": ("不取整", "not rounded"), "half_up": ("四舍五入", "rounded half up")}
CLOCK_STARTS: Words = {
    "determined_on": ("认定之日", "the day of determination"),
    "act_on": ("行为发生之日", "the day of the act"),
}
WINDOW_LAST_DAYS: Words = {"inclusive": ("仍计入", "still counts"), "exclusive": ("不再计入", "counts no longer")}
SAME_ACTS: Words = {
    "max": ("涉及多项的，只按分值最大的计", "of several items only the one with the most points counts"),
    "sum": ("涉及多项的，逐项计", "each of several items counts"),
}
WINDOWS: Words = {
    "rolling_year": ("自起算日起一年", "one year from the start"),
    "calendar_year": ("至当年年底", "to the end of the calendar year"),
    "quarter": ("至当季季末", "to the end of the quarter"),
    "state": ("情形存续期间", "while the condition lasts"),
    "lifetime": ("长期", "without end"),
    "until_next": ("至行为之后{next}{types}之日", "to the day of the {next}{types} after the act"),
    "own_year": ("至机构评价起始日的下一周年日", "to the next anniversary of the agency's start"),
}
AGGREGATIONS: Words = {
    "sum": ("逐项相加", "added up"),
    "sum_over_count": ("相加后除以同期{divisor}数", "added up, divided by the number of {divisor} in the same window"),
    "latest": ("只计起算日最近的一项", "only the latest counts"),
    "max": ("只计分值最大的一项", "only the one with the most points counts"),
}
SIGNS: Mapping[int, tuple[str, str]] = {1: ("加分", "points added"), -1: ("扣分", "points deducted")}
EFFECTS: Words = {
    "points": ("计分", "points"),
    "veto": ("直接评为{grade}", "grade is {grade}, whatever the score"),
    "ceiling": ("最高评为{grade}", "grade is {grade} at best"),
    "zero_component": ("所属构成计0分", "its part of the score gives 0"),
}
EVIDENCE: Words = {vocabulary.EVIDENCE: ("导出记录", "rows of the exports")}
COUNT_FACTS: Words = {
    "engineers": ("注册消防工程师", "registered fire engineers"),
    "engineers_level_1": ("一级注册消防工程师", "registered fire engineers of level 1"),
    "operators": ("消防设施操作员", "facility operators"),
    "operators_intermediate": ("中级及以上消防设施操作员", "facility operators, intermediate or above"),
    "floor_area": ("工作场所建筑面积", "floor area"),
}
EVENT_FACTS: Words = {"checks": ("检查", "checks"), "projects": ("项目", "projects"), "reports": ("报告", "reports")}
FACTS: Words = {**EVIDENCE, **COUNT_FACTS, **EVENT_FACTS}
NEXT_EVENTS: Words = {
    "checks": ("下一次检查", "next check"),
    "projects": ("下一个项目合同", "next contract of a project"),
    "reports": ("下一份报告", "next report"),
}
# The unit of a fact's points.
UNITS: Words = {
    "engineers": ("人", "person"),
    "engineers_level_1": ("人", "person"),
    "operators": ("人", "person"),
    "operators_intermediate": ("人", "person"),
    "floor_area": ("㎡", "m²"),
    "checks": ("次检查", "check"),
    "projects": ("个项目", "project"),
    "reports": ("份报告", "report"),
}
POINTS_FROM: Words = {"item": ("固定分值", "fixed"), "row": ("按“扣分”栏", "as the row says")}
QUANTITIES: Words = {"one": ("一次一计", "one a line"), "row": (" × 数量", " × quantity")}
RATED_FROM: Words = {
    "start": ("自机构评价起始日起", "from the agency's start"),
    "checks": ("自首次检查{types}起，此前未评", "from the first check{types}; unrated before"),
    "reports": ("自首份报告起，此前未评", "from the first report; unrated before"),
    "determination": ("自首次认定计分起，此前未评", "from the first determination that scores; unrated before"),
}
CHANNELS: Words = {
    "document_review": ("资料审查", "document review"),
    "supervision_check": ("监督检查", "supervision check"),
    "verified_complaint": ("群众举报核查", "verified complaint"),
    "acceptance": ("验收", "acceptance"),
    "county_department": ("区县报送", "county department"),
}
LEVELS: Words = {
    "national": ("国家级", "national"),
    "provincial": ("省级", "provincial"),
    "municipal": ("市级", "municipal"),
}
NATURAL_REPAIRS: Words = {"expiry": ("期满后不再计入", "lines end with their window"), "none": ("期满仍计入", "none")}
EFFECTIVE_ONS: Words = {"approved_on": ("自批准之日起", "from the day of approval")}
ADD_BACKS: Words = {"full_item": ("恢复该项全部分值", "the item's points in full")}
TRIGGERS: Words = {
    "while": ("等级存续期间", "while the grade lasts"),
    "on_enter": ("评为该等级时", "on entering the grade"),
    "quarter_end": ("每季度末", "at the end of each quarter"),
    "year_end": ("每年年末", "at the end of each year"),
    "calendar_year": ("每自然年", "each calendar year"),
}
CHECK_TYPES: Words = {
    "double_random": ("双随机", "double random"),
    "special": ("专项", "special"),
    "complaint_verification": ("投诉核查", "complaint verification"),
    "acceptance": ("验收", "acceptance"),
    "document_review": ("资料审查", "document review"),
}
REGISTRY_STATUSES: Words = {
    "normal": ("正常", "normal"),
    "suspended": ("暂停", "suspended"),
    "exited": ("退出", "exited"),
    "deregistered": ("已注销", "deregistered"),
}
DATASETS: Words = {
    "findings": ("失信认定", "findings"),
    "checks": ("检查", "checks"),
    "penalties": ("行政处罚", "penalties"),
    "hotline": ("投诉工单", "hotline"),
    "media": ("媒体曝光", "media"),
    clauses.MERIT_DATASET: ("守信申报", "merit claims"),
    clauses.ANY: ("各类失信记录", "any misconduct"),
}
# Labels that a city may choose freely; one that is not listed is shown as written.
PERS: Words = {
    "occurrence": ("次", "occurrence"),
    "standard": ("部标准", "standard"),
    "result": ("项成果", "result"),
    "honour": ("项荣誉", "honour"),
    "person": ("人", "person"),
    "task": ("次任务", "task"),
    "report": ("份报告", "report"),
    "case": ("起", "case"),
    "project": ("个项目", "project"),
    "parameter": ("个参数", "parameter"),
    "instrument": ("台仪器", "instrument"),
    "place": ("处场所", "place"),
}
LATCHES: Words = {"until_readmitted": ("直至重新准入", "until readmitted")}

# The parts of a rulebook in reading order, named after the blocks of a regime.
PARTS: Words = {
    part: (BLOCK_LABELS[block].names[0], en)
    for part, block, en in (
        ("version", "rulebook", "Version"),
        ("component", "components", "Parts of the score"),
        ("item", "items", "Items"),
        ("clause", "clauses", "Clauses"),
        ("band", "bands", "Grades"),
        ("measure", "measures", "Measures"),
        ("repair", "repair", "Repair"),
    )
}
# Parts with one entry, which has no code.
SINGLE_PARTS = ("version", "clause", "repair")


def _key(block: str, key: str, en: str) -> tuple[str, str]:
    """A label with the Chinese name of the key in a regime file."""
    return KEY_LABELS[block][key].names[0], en


LABELS: Words = {
    "part": ("部分", "part"),
    "code": ("编号", "code"),
    "title": _key("items", "title", "title"),
    "title_zh": ("中文名称", "Chinese title"),
    "title_en": ("英文名称", "English title"),
    "subject": ("事项", "subject"),
    "text": ("规定", "rule"),
    "change": ("变化", "change"),
    "before": ("原规定", "before"),
    "after": ("新规定", "after"),
    "document": _key("rulebook", "doc", "document"),
    "regime_code": _key("rulebook", "regime", "regime"),
    "status": _key("rulebook", "status", "status"),
    "effective_on": ("施行期", "in force"),
    "base_points": _key("rulebook", "base", "base"),
    "rounding": _key("rulebook", "rounding", "rounding"),
    "clock_start": _key("rulebook", "clock_start", "clock starts on"),
    "window_last_day": _key("rulebook", "window_last_day", "last day of a year"),
    "same_act": _key("rulebook", "same_act", "one act"),
    "rated_from": _key("rulebook", "rated_from", "rated"),
    "unrated_status": _key("rulebook", "unrated_status", "unrated while"),
    "mark": ("标注", "mark"),
    "sign": _key("components", "sign", "sign"),
    "window_code": _key("components", "window", "window"),
    "aggregation": _key("components", "agg", "calculation"),
    "component_cap": _key("components", "cap", "at most"),
    "cap_per_check_points": _key("items", "cap_per_check", "at most per check"),
    "component_code": _key("items", "comp", "part of the score"),
    "clause": _key("items", "clause", "clause"),
    "points": _key("items", "points", "points"),
    "effect": _key("items", "effect", "effect"),
    "cap_points": _key("items", "cap", "at most"),
    "repeat_factor": _key("items", "repeat_factor", "again within its window"),
    "fact": _key("items", "fact", "counts"),
    "channels": _key("items", "channels", "channels"),
    "subsumes": _key("items", "subsumes", "takes in, in one case"),
    "is_repairable": _key("items", "repairable", "repair"),
    "severity": _key("items", "severity", "severity"),
    "legal_basis": _key("items", "law", "law"),
    "clause_items": ("记录来源", "rows"),
    "notes": ("说明", "notes"),
    "unscored": ("不计分", "do not score"),
    "grade": _key("bands", "grade", "grade"),
    "interval": ("得分", "score"),
    "rank": ("顺序", "rank"),
    "measure_code": _key("measures", "code", "measure"),
    "trigger_code": _key("measures", "when", "when"),
    "due_working_days": _key("measures", "due_working_days", "due"),
    "latch": _key("measures", "latch", "lasts"),
    "natural": _key("repair", "natural", "natural repair"),
    "is_on_application": _key("repair", "on_application", "on application"),
    "effective_on_repair": _key("repair", "effective_on", "takes effect"),
    "reply_working_days": _key("repair", "reply_working_days", "reply"),
    "max_attempts": _key("repair", "max_attempts", "applications"),
    "blocked_grades": _key("repair", "blocked_grades", "refused for"),
    "add_back": _key("repair", "add_back", "gives back"),
}
PROVISIONAL = ("暂定", "provisional")
UNRATED = ("未评", "unrated")
NOTHING = ("无", "none")
NO_DIFFERENCE = ("没有差别", "No difference")
CHANGES: Words = {"added": ("新增", "added"), "removed": ("删除", "removed"), "changed": ("修改", "changed")}


def outline(words: Words, word: str) -> str:
    """The Chinese name of a word, with … for a part that the regime fills in."""
    return re.sub(r"(?:\{\w+\})+", "…", words[word][0]).strip()


def called(words: Words, word: str | None, lang: Lang) -> str:
    """The name of a word; a word that is not listed is shown as written."""
    if word is None:
        return in_lang(NOTHING, lang)
    return in_lang(words[word], lang) if word in words else word


def in_lang(pair: tuple[str, str], lang: Lang) -> str:
    """The text of a pair in a language."""
    return pair[LANGS.index(lang)]

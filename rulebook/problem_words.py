"""Problems of rulebook data in Chinese: what is wrong, and what to do.

Belongs here: one line for each code of a problem. The English words, with the values found, stand where the problem is
found. Does not belong here: names of keys and words (`labels`, `words`).
"""

from __future__ import annotations

from collections.abc import Mapping

IN_CHINESE: Mapping[str, str] = {
    # the file
    "unreadable": "文件读不出，请检查路径或重新保存",
    "too_large": "文件过大，请检查路径",
    "encoding": "文件不是 UTF-8 编码，请另存为 UTF-8",
    "yaml": "不是有效的 YAML，请检查本行及上一行的缩进、引号和全角符号",
    "csv": "不是有效的 CSV，请检查引号",
    "header": "表头不对，请按列出的表头填写",
    "cell": "单元格填写有误，请改正",
    "cell_count": "本行的格数与表头不符，请检查逗号和引号",
    "missing_file": "缺少文件，请补齐",
    "no_folder": "规则目录不存在，请用 firemark rulebook import 生成",
    "file_exists": "文件已存在，未改动，请另取文件名",
    "unwritable": "文件无法写入，请检查路径",
    # a workbook
    "hidden_sheet": "工作表已隐藏，请取消隐藏或删除",
    "unknown_sheet": "工作表不是规则的一块，请改名；说明类工作表请命名为“说明”",
    "no_header": "没有表头，请补上",
    "not_one_entry": "此块只能有一条，请只保留一条",
    "second_list": "工作表中另有一个名单，请移到别的工作表",
    "one_value": "此处只能有一个值，请只写一个",
    # keys and values
    "not_a_block": "不是由键组成的一块，请写成键和值",
    "not_a_list": "不是列表，请逐条列出",
    "unknown_key": "没有这个键，请改正",
    "missing_key": "缺少键，请补上",
    "repeated_key": "重复，请只保留一个",
    "empty_value": "值为空，请填写",
    "missing_value": "必填，请填写",
    "wrong_value": "值读不出，请改正",
    "unknown_word": "没有这个词，请改用所列的词",
    "too_small": "数值过小，请改大",
    "twice": "重复，请只保留一条，或改用不同的编号",
    # versions
    "no_version": "没有任何版本，请先导入规则",
    "unknown_rulebook": "没有这个版本，请检查编号",
    "unknown_regime": "没有这个制度，请检查代码",
    "version_empty": "版本在施行前就已终止，请改正日期",
    "version_overlap": "两个版本的施行期重叠，请改正日期",
    "version_gap": "两个版本之间有空档，请改正日期",
    "version_ends": "最后一个版本有终止日期，请删去，或与下一版本一并导入",
    # scores and grades
    "step": "计分单位须大于 0，请改正",
    "off_step": "不是计分单位的整数倍，请改正其一",
    "score_without_band": "有得分不属于任何等级，请调整界限",
    "score_in_two_bands": "有得分同时属于两个等级，请调整界限",
    "rank_twice": "两个等级的次序相同，请改正",
    "unknown_grade": "没有这个等级，请改正",
    "effect_grade": "效果与等级不配，请按说明填写",
    "unknown_measure": "没有这项措施，请改用所列的措施",
    "no_repair_policy": "缺少信用修复的规定，请补上",
    # components
    "no_component": "没有这个构成，请改正",
    "no_divisor": "缺少除数，请补上",
    "needless_divisor": "多余的除数，请删去或改汇总方式",
    "divisor_not_event": "除数须是按次计数的事实，请改正",
    "divisor_without_window": "除数没有计数的周期，请改用其他周期",
    "no_next": "没有写明到哪一次为止，请补上",
    "needless_next": "多余的“下一次”，请删去或改周期",
    "types_without_checks": "检查类型只用于检查，请删去或改正",
    # items and clauses
    "item_moved": "同一制度中条目改了构成，请保持不变，或改用新编号",
    "item_unreached": "没有条款或事实指向此条目，请补上",
    "clause_item_unknown": "条款指向的条目不存在，请改正",
    "clause_item_fact": "条款不能指向按事实计的条目，请改正",
    "clause_not_normal": "导出文件中不会有这样的条款，请改正写法",
    "equal_clauses": "条款对照重复，请只保留一条",
    "level_without_merit": "只有守信申报有级别，请删去级别",
    "row_points_missing": "该数据集没有“扣分”栏，请改正条款对照",
    "row_without_evidence": "按行取值只用于有记录的条目，请改正",
    "points_twice": "分值写了两处，请只保留一处",
    "points_too_many": "一条分录的分值过大，请减小",
    "cap_below_points": "上限低于分值，请改正其一",
    "factor": "再犯倍数须大于 0，请改正",
    "repeat_off_step": "按再犯倍数计得的分值不是计分单位的整数倍，请改正",
    "repeat_of_count": "按数量计的条目没有再犯倍数，请删去",
    "above_or_below": "须写明“超过”或“不足”之一，请改正",
    "bound_without_count": "“超过”“不足”只用于按数量计的事实，请改正",
    "state_takes_counts": "按状态计的构成只收按数量计的事实，请改正",
    "subsumes_unknown": "所吸收的条目不存在，请改正",
    "subsumes_ring": "条目互相吸收成环，请去掉其一",
}

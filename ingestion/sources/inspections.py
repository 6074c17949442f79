"""Supervision checks and administrative penalties: contracts and quirks, nothing else."""

from ingestion.bilingual import Bilingual
from ingestion.contract import ROW_FIGURES, Column, Dataset, Format, Kind, Number, Parse, Template

CHECKS = Dataset(
    source="inspections",
    name="checks",
    kind=Kind.EVENT,
    format=Format.CSV,
    key=("task_id", "task_line"),
    agency_names=(("agency_name", "agency_id"),),
    numbers=(Number("report", ("report_no",)), Number("task", ("task_id",)), Number("project", ("project_no",))),
    columns=(
        Column("task_id", "任务编号", Parse.CODE, value_required=True),
        Column("task_line", "序号", Parse.CODE, value_required=True),
        Column(
            "check_type",
            "检查类型",
            Parse.CHOICE,
            choices={
                "双随机": "double_random",
                "专项": "special",
                "投诉核查": "complaint_verification",
                "验收": "acceptance",
                "资料审查": "document_review",
            },
            value_required=True,
        ),
        Column("authority", "检查机关", Parse.TEXT),
        Column("agency_name", "检查对象", Parse.AGENCY_NAME),
        Column("agency_id", "统一社会信用代码", Parse.USCC, value_required=True),
        Column("checked_on", "检查日期", Parse.DATE, not_after_receipt=True),
        Column("inspectors", "检查人员", Parse.TEXT, personal=True),
        Column("result_code", "检查结果", Parse.CHOICE, choices={"合格": "passed", "发现问题": "problems_found"}),
        Column("problem", "问题描述", Parse.TEXT),
        Column("clause", "对应失信条款", Parse.CLAUSE),
        Column("project_no", "项目编号", Parse.CODE),
        Column("report_no", "报告编号", Parse.CODE),
        Column("occurred_on", "行为日期", Parse.DATE, not_after_receipt=True),
        Column(
            "status_code",
            "认定状态",
            Parse.CHOICE,
            choices={
                "待认定": "pending",
                "已认定": "determined",
                "不予认定": "not_upheld",
                "异议中": "objection",
                "已撤销": "revoked",
            },
        ),
        Column("determined_on", "认定日期", Parse.DATE, not_after_receipt=True),
        Column("revoked_on", "撤销日期", Parse.DATE, not_after_receipt=True),
        *ROW_FIGURES,
    ),
)

# Columns of the national 双公示 template (信用中国) that nothing here needs. Some identify people: they are never read.
_NATIONAL_TEMPLATE = (
    "行政相对人类别",
    "行政相对人代码_2",  # (工商注册号), and so on: notes in brackets are no part of a header
    "行政相对人代码_3",
    "行政相对人代码_4",
    "行政相对人代码_5",
    "行政相对人代码_6",
    "法定代表人",
    "法定代表人证件类型",
    "法定代表人证件号码",
    "法定代表人身份证号",
    "证件类型",
    "证件号码",
    "处罚内容",
    "没收违法所得、没收非法财物的金额",
    "没收违法所得、没收非法财务的金额",  # a misspelling that many offices copied
    "没收违法所得",
    "暂扣或吊销证照名称及编号",
    "处罚有效期",
    "处罚机关统一社会信用代码",
    "数据来源单位",
    "数据来源单位统一社会信用代码",
    "数据导出时间",
)

_NATIONAL = Template(
    name=Bilingual("国家“双公示”表", "the national 双公示 template"),
    own_headers=(
        "行政相对人类别",
        "行政相对人代码_1",
        "行政相对人代码_2",
        "行政相对人代码_3",
        "处罚内容",
        "处罚有效期",
        "处罚机关统一社会信用代码",
        "数据来源单位",
        "数据来源单位统一社会信用代码",
    ),
    least_own_headers=4,
    may_lack=("occurred_on", "clause", "project_no", "status_code", "revoked_on"),
    costs=(
        (
            "clause",
            Bilingual("在有文件写明条款之前，处罚不扣分", "no penalty takes points until a file names its clause"),
        ),
    ),
    needs=(("revoked_on", "status_code"),),  # a revoked penalty must never be taken for one in force
)

PENALTIES = Dataset(
    source="inspections",
    name="penalties",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("decision_no",),
    agency_names=(("agency_name", "agency_id"),),
    numbers=(Number("project", ("project_no",)),),
    ignored_headers=_NATIONAL_TEMPLATE,
    template=_NATIONAL,
    columns=(
        Column("agency_name", "行政相对人名称", Parse.AGENCY_NAME),
        Column(
            "agency_id",
            "统一社会信用代码",
            Parse.USCC,
            aliases=("行政相对人代码_1(统一社会信用代码)", "行政相对人代码_1"),
            value_required=True,
        ),
        Column(
            "decision_no",
            "决定书文号",
            Parse.CODE,
            aliases=("行政处罚决定书文号", "行政处罚决定文书号"),
            value_required=True,
        ),
        Column("violation_type", "违法行为类型", Parse.TEXT),
        Column("violation_facts", "违法事实", Parse.TEXT),
        Column("legal_basis", "处罚依据", Parse.TEXT),
        Column("penalty_kind", "处罚类别", Parse.TEXT),
        Column("fine_10k_cny", "罚款金额(万元)", Parse.DECIMAL, aliases=("处罚金额(万元)",), units=("万元", "万")),
        Column("determined_on", "处罚决定日期", Parse.DATE, not_after_receipt=True),
        Column("occurred_on", "行为日期", Parse.DATE, not_after_receipt=True),
        Column("clause", "对应失信条款", Parse.CLAUSE),
        Column("project_no", "项目编号", Parse.CODE),
        Column("public_until_on", "公示截止期", Parse.LAST_DAY),
        Column("authority", "处罚机关", Parse.TEXT),
        Column(
            "status_code",
            "状态",
            Parse.CHOICE,
            choices={"生效": "effective", "复议诉讼中": "under_review", "撤销": "revoked"},
            absent_as="生效",  # the national template lists penalties in force
            value_required=True,
        ),
        Column("revoked_on", "撤销日期", Parse.DATE, not_after_receipt=True),
        *ROW_FIGURES,
    ),
)

DATASETS = (CHECKS, PENALTIES)

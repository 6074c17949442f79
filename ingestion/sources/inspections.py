"""Supervision checks and administrative penalties: contracts and quirks, nothing else."""

from ingestion.contract import ROW_FIGURES, Column, Dataset, Format, Kind, Parse

CHECKS = Dataset(
    source="inspections",
    name="checks",
    kind=Kind.EVENT,
    format=Format.CSV,
    key=("task_id", "task_line"),
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

PENALTIES = Dataset(
    source="inspections",
    name="penalties",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("decision_no",),
    columns=(
        Column("agency_name", "行政相对人名称", Parse.AGENCY_NAME),
        Column("agency_id", "统一社会信用代码", Parse.USCC, value_required=True),
        Column("decision_no", "决定书文号", Parse.CODE, aliases=("行政处罚决定书文号",), value_required=True),
        Column("violation_type", "违法行为类型", Parse.TEXT),
        Column("violation_facts", "违法事实", Parse.TEXT),
        Column("legal_basis", "处罚依据", Parse.TEXT),
        Column("penalty_kind", "处罚类别", Parse.TEXT),
        Column("fine_10k_cny", "罚款金额(万元)", Parse.DECIMAL, units=("万元", "万")),
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
            value_required=True,
        ),
        Column("revoked_on", "撤销日期", Parse.DATE, not_after_receipt=True),
        *ROW_FIGURES,
    ),
)

DATASETS = (CHECKS, PENALTIES)

"""The tech centre's own ledgers: findings, merit claims, repairs, decisions. Contracts and quirks, nothing else."""

from dataclasses import replace

from ingestion.contract import ROW_FIGURES, Column, Dataset, Format, Kind, Number, Parse

HAS = {"有": "true", "无": "false"}

FINDINGS = Dataset(
    source="credit_desk",
    name="findings",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("finding_id",),
    numbers=(Number("report", ("report_no",)), Number("case", ("origin_id",)), Number("project", ("project_no",))),
    columns=(
        Column("finding_id", "认定编号", Parse.CODE, value_required=True),
        Column("agency_id", "统一社会信用代码", Parse.USCC, value_required=True),
        Column("clause", "失信条款", Parse.CLAUSE, value_required=True),
        Column(
            "channel_code",
            "线索来源",
            Parse.CHOICE,
            choices={
                "资料审查": "document_review",
                "监督检查": "supervision_check",
                "群众举报核查": "verified_complaint",
                "验收": "acceptance",
                "区县报送": "county_department",
            },
        ),
        Column("origin_id", "来源编号", Parse.CODE),
        Column("occurred_on", "行为日期", Parse.DATE, not_after_receipt=True),
        Column("project_no", "项目编号", Parse.CODE),
        Column("report_no", "报告编号", Parse.CODE),
        Column("person", "涉及人员身份证号", Parse.PERSON_ID, personal=True, may_be_several=True),
        Column("determined_on", "认定日期", Parse.DATE, not_after_receipt=True),
        Column("determined_by", "认定单位", Parse.TEXT),
        Column(
            "status_code",
            "状态",
            Parse.CHOICE,
            choices={"有效": "effective", "异议中": "objection", "未生效": "not_effective", "撤销": "revoked"},
            value_required=True,
        ),
        Column("revoked_on", "撤销日期", Parse.DATE, not_after_receipt=True),
        *ROW_FIGURES,
    ),
)

MERIT_CLAIMS = Dataset(
    source="credit_desk",
    name="merit_claims",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("claim_id",),
    numbers=(Number("document", ("document_no",)),),
    columns=(
        Column("claim_id", "申报编号", Parse.CODE, value_required=True),
        Column("agency_id", "统一社会信用代码", Parse.USCC, value_required=True),
        Column("clause", "守信条款", Parse.CLAUSE, value_required=True),
        Column(
            "level_code",
            "级别",
            Parse.CHOICE,
            choices={"国家": "national", "省": "provincial", "市": "municipal"},
            spellings={"国家级": "national", "省级": "provincial", "市级": "municipal"},
        ),
        Column("title", "事项名称", Parse.TEXT),
        Column("document_no", "文号", Parse.CODE),
        Column("issuer", "发证单位", Parse.TEXT),
        Column("occurred_on", "取得日期", Parse.DATE, not_after_receipt=True),
        Column("person", "涉及人员身份证号", Parse.PERSON_ID, personal=True, may_be_several=True),
        Column("recommended_by", "推荐单位", Parse.TEXT),
        Column(
            "status_code",
            "审核结论",
            Parse.CHOICE,
            choices={"通过": "approved", "不通过": "rejected", "待审": "pending"},
        ),
        Column("determined_on", "认定日期", Parse.DATE, not_after_receipt=True),
    ),
)

REPAIRS = Dataset(
    source="credit_desk",
    name="repairs",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("application_id",),
    numbers=(Number("case", ("target_ids",)),),
    columns=(
        Column("application_id", "申请编号", Parse.CODE, value_required=True),
        Column("agency_id", "统一社会信用代码", Parse.USCC, value_required=True),
        Column("target_ids", "认定编号", Parse.ID_LIST, value_required=True),
        Column("applied_on", "申请日期", Parse.DATE),
        Column("accepted_on", "受理日期", Parse.DATE, not_after_receipt=True),
        Column("has_application_form", "申请表", Parse.FLAG, choices=HAS),
        Column("has_fulfilment_proof", "履行义务材料", Parse.FLAG, choices=HAS),
        Column("has_other_evidence", "其他印证资料", Parse.FLAG, choices=HAS),
        Column("review_code", "审核意见", Parse.CHOICE, choices={"同意": "approved", "不同意": "refused"}),
        Column("replied_on", "答复日期", Parse.DATE, not_after_receipt=True),
        Column("handled_by", "经办人", Parse.PERSON_NAME, personal=True),
        Column("reviewed_by", "复核人", Parse.PERSON_NAME, personal=True),
    ),
)

_OBJECT = Column("object_id", "对象编号", Parse.OBJECT_ID, value_required=True)

DECISIONS = Dataset(
    source="credit_desk",
    name="decisions",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("decision_id",),
    ignored_header_prefixes=("参考",),  # what a work list shows beside the cells that the desk fills in
    skip_rows_without="decision_code",
    parse_when=(
        ("object_type", "directory", replace(_OBJECT, parse=Parse.USCC)),
        ("object_type", "identity", replace(_OBJECT, parse=Parse.USCC_PAIR)),
    ),
    columns=(
        Column("decision_id", "决定编号", Parse.CODE, value_required=True),
        Column(
            "object_type",
            "对象类型",
            Parse.CHOICE,
            choices={word: word for word in ("conflict", "lead", "identity", "directory")},
            value_required=True,
        ),
        _OBJECT,
        Column(
            "decision_code",
            "决定",
            Parse.CHOICE,
            choices={
                word: word for word in ("confirmed", "cleared", "same_person", "different_person", "exit", "readmit")
            },
        ),
        Column("decided_on", "决定日期", Parse.DATE, value_required=True, not_after_receipt=True),
        Column("handled_by", "经办人", Parse.PERSON_NAME, personal=True),
        Column("reviewed_by", "复核人", Parse.PERSON_NAME, personal=True),
        Column("note", "说明", Parse.TEXT),
    ),
)

DATASETS = (FINDINGS, MERIT_CLAIMS, REPAIRS, DECISIONS)

"""12345 hotline, letters and media: contracts and quirks, nothing else.

Everything that could identify a complainant (name, phone, address, free text) is dropped when a file is read.
"""

from ingestion.contract import Column, Dataset, Format, Kind, Number, Parse

RESULTS = {
    "属实": "substantiated",
    "部分属实": "partly_substantiated",
    "不属实": "unsubstantiated",
    "办理中": "pending",
}

HOTLINE = Dataset(
    source="complaints",
    name="hotline",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("ticket_id",),
    agency_names=(("respondent_name", None),),
    numbers=(Number("case", ("original_ticket_id",)), Number("project", ("project_no",))),
    columns=(
        Column("ticket_id", "工单编号", Parse.CODE, aliases=("工单号",), value_required=True),
        Column("accepted_at", "受理时间", Parse.DATETIME, value_required=True, not_after_receipt=True),
        Column("ticket_source", "工单来源", Parse.TEXT),
        Column("complainant", "诉求人", Parse.DROPPED, header_required=False, personal=True),
        Column("complainant_phone", "联系电话", Parse.DROPPED, header_required=False, personal=True),
        Column("complainant_address", "诉求地址", Parse.DROPPED, header_required=False, personal=True),
        Column("content", "内容描述", Parse.DROPPED, header_required=False, personal=True),
        Column("respondent_name", "被诉对象", Parse.AGENCY_NAME),
        Column("handled_by", "承办单位", Parse.TEXT),
        Column("dispatched_at", "派单时间", Parse.DATETIME),
        Column("closed_at", "办结时间", Parse.DATETIME),
        Column("result_code", "核查结果", Parse.CHOICE, choices=RESULTS, value_required=True),
        Column("determined_on", "认定日期", Parse.DATE, not_after_receipt=True),
        Column("clause", "对应失信条款", Parse.CLAUSE),
        Column("project_no", "项目编号", Parse.CODE),
        Column("reply", "答复要点", Parse.DROPPED, header_required=False, personal=True),
        Column("satisfaction", "满意度", Parse.TEXT),
        Column("is_repeat", "是否重复", Parse.FLAG, choices={"是": "true", "否": "false"}),
        Column("original_ticket_id", "原工单编号", Parse.CODE),
    ),
)

MEDIA = Dataset(
    source="complaints",
    name="media",
    kind=Kind.EVENT,
    format=Format.CSV,
    key=("clue_id",),
    agency_names=(("respondent_name", "agency_id"),),
    columns=(
        Column("clue_id", "线索编号", Parse.CODE, value_required=True),
        Column(
            "origin_code",
            "来源",
            Parse.CHOICE,
            choices={"信访": "petition", "媒体": "press", "网络": "web"},
        ),
        Column("found_on", "发现日期", Parse.DATE, value_required=True, not_after_receipt=True),
        Column("respondent_name", "机构名称", Parse.AGENCY_NAME),
        Column("agency_id", "统一社会信用代码", Parse.USCC),
        Column("summary", "摘要", Parse.TEXT),
        Column("link", "链接", Parse.TEXT),
        Column("result_code", "核查结果", Parse.OPEN_CHOICE, choices=RESULTS),
        Column("determined_on", "认定日期", Parse.DATE, not_after_receipt=True),
        Column("clause", "对应失信条款", Parse.CLAUSE),
    ),
)

DATASETS = (HOTLINE, MEDIA)

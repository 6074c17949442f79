"""名录库 (the directory) and the provincial platform's basic information: contracts and quirks, nothing else."""

from dataclasses import replace

from ingestion.contract import Column, Dataset, Format, Kind, Number, Parse
from ingestion.sources.wordings import graded, services

YES_NO = {"是": "true", "否": "false"}
HAS = {"有": "true", "无": "false"}
PASSED = {"通过": "passed", "不通过": "failed"}
SERVICE_TYPES = {
    "维护保养检测": "maintenance_testing",
    "消防安全评估": "safety_assessment",
    "维护保养检测、消防安全评估": "both",
}

AGENCIES = Dataset(
    source="registry",
    name="agencies",
    kind=Kind.SNAPSHOT,
    format=Format.XLSX,
    header_rows=2,
    titled_as_of=True,
    key=("agency_id",),
    agency_names=(("agency_name", "agency_id"),),
    columns=(
        Column("sequence_no", "序号", Parse.DROPPED, header_required=False),
        Column("agency_name", "机构名称", Parse.AGENCY_NAME, aliases=("服务机构名称", "企业名称"), value_required=True),
        Column("agency_id", "统一社会信用代码", Parse.USCC, aliases=("社会信用代码", "信用代码"), value_required=True),
        Column("legal_representative", "法定代表人", Parse.PERSON_NAME, aliases=("法人代表",)),
        Column("phone", "联系电话", Parse.DROPPED, aliases=("电话",), header_required=False, personal=True),
        Column("registered_address", "注册地址", Parse.TEXT, aliases=("住所",)),
        Column(
            "service_type",
            "服务类型",
            Parse.CHOICE,
            choices=SERVICE_TYPES,
            spellings=services("maintenance_testing", "safety_assessment", "both"),
            aliases=("服务类别",),
            value_required=True,
        ),
        Column("is_legal_person", "企业法人资格", Parse.FLAG, choices=YES_NO),
        Column(
            "floor_area_m2",
            "工作场所建筑面积(㎡)",
            Parse.DECIMAL,
            aliases=("工作场所建筑面积（平方米）", "工作场所建筑面积", "建筑面积(㎡)"),
            units=("㎡", "平方米", "平方(米)", "平方", "平米", "平", "M2", "平方公尺"),
        ),
        Column("engineers_level_1_declared", "一级注册消防工程师", Parse.INTEGER),
        Column("engineers_level_2_declared", "二级注册消防工程师", Parse.INTEGER),
        Column("operators_intermediate_declared", "中级及以上操作员", Parse.INTEGER),
        Column("operators_junior_declared", "初级操作员", Parse.INTEGER),
        Column("has_quality_system", "质量管理体系", Parse.FLAG, choices=HAS),
        Column(
            "assessment_control",
            "评估过程控制体系",
            Parse.CHOICE,
            choices={"有": "yes", "无": "no", "不适用": "not_applicable"},
        ),
        Column(
            "listing_basis",
            "报送方式",
            Parse.CHOICE,
            choices={"既有28家": "grandfathered_28", "阳光平台": "province_platform", "自行申报": "applied"},
        ),
        Column("submitted_on", "报送日期", Parse.DATE),
        Column("onsite_checked_on", "现场核查日期", Parse.DATE),
        Column("onsite_result", "核查结论", Parse.CHOICE, choices=PASSED),
        Column("published_on", "公示日期", Parse.DATE),
        Column(
            "registry_status",
            "机构状态",
            Parse.CHOICE,
            choices={"正常": "normal", "暂停": "suspended", "退出": "exited", "已注销": "deregistered"},
        ),
        Column("remarks", "备注", Parse.TEXT, header_required=False),
    ),
)

# Engineers have two levels; operators five, by the national scale (K9).
_ENGINEER_LEVELS = {"一级": "level_1", "二级": "level_2"}
_OPERATOR_LEVELS = {
    "高级技师": "senior_technician",
    "技师": "technician",
    "高级": "advanced",
    "中级": "intermediate",
    "初级": "junior",
}
_LEVEL = Column("level_code", "等级", Parse.CHOICE, choices=_ENGINEER_LEVELS | _OPERATOR_LEVELS)
_ENGINEER_LEVEL = replace(
    _LEVEL,
    choices=_ENGINEER_LEVELS,
    spellings=graded(
        {"level_1": ("一级",), "level_2": ("二级",)},
        suffixes=("注册消防工程师", "消防工程师", "工程师", "注册"),
    ),
)
_OPERATOR_LEVEL = replace(
    _LEVEL,
    choices=_OPERATOR_LEVELS,
    spellings=graded(
        {
            "senior_technician": ("一级", "高级技师"),
            "technician": ("二级", "技师"),
            "advanced": ("三级", "高级工", "高级"),
            "intermediate": ("四级", "中级工", "中级"),
            "junior": ("五级", "初级工", "初级"),
        },
        suffixes=("消防设施操作员", "操作员"),
    ),
)

PERSONNEL = Dataset(
    source="registry",
    name="personnel",
    kind=Kind.SNAPSHOT,
    format=Format.XLSX,
    key=("agency_id", "person", "person_name", "certificate_kind", "qualification_no", "registration_no"),
    agency_names=(("agency_name", "agency_id"),),
    parse_when=(("certificate_kind", "engineer", _ENGINEER_LEVEL), ("certificate_kind", "operator", _OPERATOR_LEVEL)),
    columns=(
        Column("agency_name", "机构名称", Parse.AGENCY_NAME, aliases=("服务机构名称", "企业名称")),
        Column("agency_id", "统一社会信用代码", Parse.USCC, aliases=("社会信用代码", "信用代码"), value_required=True),
        Column("person_name", "姓名", Parse.PERSON_NAME, value_required=True, personal=True),
        Column("person", "身份证号", Parse.PERSON_ID, aliases=("身份证号码", "公民身份号码"), personal=True),
        Column(
            "position_code",
            "岗位",
            Parse.CHOICE,
            choices={
                "技术负责人": "technical_lead",
                "项目负责人": "project_lead",
                "注册消防工程师": "engineer",
                "消防设施操作员": "operator",
            },
        ),
        Column(
            "certificate_kind",
            "证书类别",
            Parse.CHOICE,
            choices={"注册消防工程师": "engineer", "消防设施操作员": "operator"},
            value_required=True,
        ),
        _LEVEL,
        Column("qualification_no", "资格证书编号", Parse.CODE, personal=True),
        Column("registration_no", "注册证编号", Parse.CODE, personal=True),
        Column("registration_until_on", "注册有效期至", Parse.LAST_DAY),
        Column("contract_from_on", "劳动合同起", Parse.DATE),
        Column("contract_until_on", "劳动合同止", Parse.DATE_OR_OPEN),
        Column("insurance_payer_name", "社保参保单位", Parse.AGENCY_NAME),
        Column("phone", "联系电话", Parse.DROPPED, header_required=False, personal=True),
    ),
)

EQUIPMENT = Dataset(
    source="registry",
    name="equipment",
    kind=Kind.SNAPSHOT,
    format=Format.XLSX,
    key=("agency_id", "equipment_name", "model", "serial_no"),
    numbers=(Number("device", ("equipment_name", "model", "serial_no")),),
    columns=(
        Column("agency_id", "统一社会信用代码", Parse.USCC, aliases=("社会信用代码", "信用代码"), value_required=True),
        Column("equipment_name", "设备名称", Parse.TEXT, value_required=True),
        Column("model", "型号", Parse.TEXT, aliases=("规格型号",)),
        Column("serial_no", "编号", Parse.CODE, aliases=("设备编号",)),
        Column("quantity", "数量", Parse.INTEGER),
        Column("calibration_certificate_no", "校准证书编号", Parse.CODE),
        Column("calibrated_on", "校准日期", Parse.DATE),
        Column("valid_until_on", "有效期至", Parse.LAST_DAY),
        Column("calibrated_by", "校准机构", Parse.TEXT),
    ),
)

SITE_CHECKS = Dataset(
    source="registry",
    name="site_checks",
    kind=Kind.EVENT,
    format=Format.XLSX,
    key=("site_check_id",),
    columns=(
        Column("site_check_id", "核查编号", Parse.CODE, value_required=True),
        Column("batch_month_on", "核查批次", Parse.MONTH),
        Column("agency_id", "统一社会信用代码", Parse.USCC, aliases=("社会信用代码", "信用代码"), value_required=True),
        Column("checked_on", "核查日期", Parse.DATE, not_after_receipt=True),
        Column("inspectors", "核查人员", Parse.TEXT, personal=True),
        Column("result_code", "核查结论", Parse.CHOICE, choices=PASSED),
        Column("nonconformities", "不符合项", Parse.TEXT),
        Column("rectify_until_on", "整改期限", Parse.DATE),
        Column("recheck_result_code", "复核结论", Parse.CHOICE, choices=PASSED),
    ),
)

SOCIAL_INSURANCE = Dataset(
    source="registry",
    name="social_insurance",
    kind=Kind.PERIOD,
    format=Format.CSV,
    key=("person", "period_month_on", "insurance_code", "payer_id"),
    agency_names=(("payer_name", "payer_id"),),
    columns=(
        Column("payer_unit_no", "单位编号", Parse.CODE),
        Column("payer_name", "单位名称", Parse.AGENCY_NAME),
        Column("payer_id", "统一社会信用代码", Parse.USCC, aliases=("社会信用代码", "信用代码"), value_required=True),
        Column("person_name", "姓名", Parse.PERSON_NAME, personal=True),
        Column("person", "社会保障号码", Parse.PERSON_ID, aliases=("社保号码",), value_required=True, personal=True),
        Column(
            "insurance_code",
            "险种",
            Parse.CHOICE,
            choices={
                "企业职工基本养老": "pension_enterprise",
                "机关事业养老": "pension_public",
                "工伤": "work_injury",
                "失业": "unemployment",
                "医疗": "medical",
            },
            value_required=True,
        ),
        Column("period_month_on", "费款所属期", Parse.MONTH, value_required=True),
        Column(
            "payment_status",
            "缴费状态",
            Parse.CHOICE,
            choices={"正常": "normal", "补缴": "back_paid", "中断": "interrupted"},
            value_required=True,
        ),
        Column("pay_base", "缴费基数", Parse.DROPPED, header_required=False, personal=True),
    ),
)

DATASETS = (AGENCIES, PERSONNEL, EQUIPMENT, SITE_CHECKS, SOCIAL_INSURANCE)

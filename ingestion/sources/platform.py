"""阳光平台, the provincial platform: paged JSON with pinyin-initial keys. Contracts and quirks, nothing else."""

import pyarrow as pa

from ingestion.contract import Column, Dataset, Format, Kind, Number, Parse
from ingestion.sources.wordings import services

SERVICE_TYPES = {"维护保养检测": "maintenance_testing", "消防安全评估": "safety_assessment"}
SERVICE_TYPE = Column(
    "service_type",
    "fwlx",
    Parse.CHOICE,
    choices=SERVICE_TYPES,
    spellings=services("maintenance_testing", "safety_assessment"),
)
DELETED = {"1": "true", "0": "false"}
UPDATED = Column("updated_ms", "sjgxsjc", Parse.EPOCH_MS, value_required=True)
BESIDE = ("xh", "bz")  # 序号, 备注
IS_DELETED = Column(
    "is_deleted", "scbz", Parse.FLAG, choices=DELETED, spellings={"true": "true", "false": "false"}, value_required=True
)

CONTRACTS = Dataset(
    source="platform",
    name="contracts",
    kind=Kind.EVENT,
    format=Format.JSON,
    key=("contract_no",),
    agency_names=(("agency_name", "agency_id"),),
    numbers=(Number("contract", ("contract_no",)), Number("project", ("project_no",))),
    updated_column="updated_ms",
    ignored_headers=BESIDE,
    columns=(
        Column("contract_no", "htbh", Parse.CODE, value_required=True),
        Column("project_no", "xmbh", Parse.CODE),
        Column("project_name", "xmmc", Parse.TEXT),
        Column("client_name", "jsdw", Parse.TEXT),
        Column("agency_id", "tyshxydm", Parse.USCC, value_required=True),
        Column("agency_name", "qymc", Parse.AGENCY_NAME),
        SERVICE_TYPE,
        Column("signed_on", "htqdrq", Parse.DATE),
        Column("service_from_on", "fwksrq", Parse.DATE),
        Column("performed_by_id", "zbdw", Parse.USCC),
        UPDATED,
        IS_DELETED,
    ),
)

REPORTS = Dataset(
    source="platform",
    name="reports",
    kind=Kind.EVENT,
    format=Format.JSON,
    key=("report_no",),
    agency_names=(("agency_name", "agency_id"),),
    numbers=(Number("contract", ("contract_no",)), Number("project", ("project_no",))),
    updated_column="updated_ms",
    ignored_headers=BESIDE,
    columns=(
        Column("report_no", "bgbh", Parse.CODE, value_required=True),
        Column("project_no", "xmbh", Parse.CODE),
        Column("contract_no", "htbh", Parse.CODE),
        Column("agency_id", "tyshxydm", Parse.USCC, value_required=True),
        Column("agency_name", "qymc", Parse.AGENCY_NAME),
        SERVICE_TYPE,
        Column("reported_on", "bgrq", Parse.DATE, not_after_receipt=True),
        Column("technical_lead_name", "jsfzr", Parse.PERSON_NAME, personal=True),
        Column("technical_lead", "jsfzrsfzh", Parse.PERSON_ID, personal=True),
        Column("project_lead_name", "xmfzr", Parse.PERSON_NAME, personal=True),
        Column("project_lead", "xmfzrsfzh", Parse.PERSON_ID, personal=True),
        Column("project_lead_registration_no", "xmfzrzch", Parse.CODE, personal=True),
        Column(
            "seal_status",
            "qzzt",
            Parse.CHOICE,
            choices={
                "已签章": "complete",
                "缺签名": "signature_missing",
                "缺盖章": "seal_missing",
                "均缺": "both_missing",
            },
        ),
        Column("seal_agency_id", "gzdw", Parse.USCC),
        UPDATED,
        IS_DELETED,
    ),
)

CHECKINS = Dataset(
    source="platform",
    name="checkins",
    kind=Kind.EVENT,
    format=Format.JSON,
    key=("checkin_id",),
    numbers=(Number("report", ("report_no",)), Number("project", ("project_no",))),
    updated_column="updated_ms",
    ignored_headers=BESIDE,
    columns=(
        Column("checkin_id", "qdbh", Parse.CODE, value_required=True),
        Column("report_no", "bgbh", Parse.CODE),
        Column("project_no", "xmbh", Parse.CODE),
        Column("person", "sfzh", Parse.PERSON_ID, personal=True),
        Column("person_name", "xm", Parse.PERSON_NAME, personal=True),
        Column("position_code", "gw", Parse.CHOICE, choices={"项目负责人": "project_lead", "操作员": "operator"}),
        Column("checked_in_at", "qdsj", Parse.DATETIME, not_after_receipt=True),
        Column("checked_out_at", "qtsj", Parse.DATETIME, not_after_receipt=True),
        Column("longitude", "jd", Parse.COORDINATE, personal=True),
        Column("latitude", "wd", Parse.COORDINATE, personal=True),
        Column(
            "coordinate_system",
            "zbx",
            Parse.CHOICE,
            choices={"WGS84": "WGS84", "GCJ02": "GCJ02", "BD09": "BD09"},
        ),
        UPDATED,
        IS_DELETED,
    ),
    # floor(WGS-84 degrees / 0.01): west-east and south-north index of the cell
    extra_fields=(pa.field("cell_x", pa.int32()), pa.field("cell_y", pa.int32())),
)

DATASETS = (CONTRACTS, REPORTS, CHECKINS)

"""Small exports as the sources send them, and short cuts to the results of reading them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import xlsxwriter

from ingestion import build_inputs, landing, manifest, warehouse_sources
from ingestion.contract import Dataset
from ingestion.load_outcomes import Outcome
from ingestion.parsing import id_check_character
from ingestion.settings import Settings
from ingestion.sources import DATASETS

# Valid under GB 32100 and GB 11714; invented.
USCC_A, USCC_B, USCC_C = "91410800MA44AAAA5A", "91410800MA44BBBB89", "91410800MA44CCCC06"
AS_OF = dt.date(2026, 6, 30)
DAY = "2024-06-01"
FINDINGS, PERSONNEL, INSURANCE, CHECKINS = (
    "credit_desk/findings",
    "registry/personnel",
    "registry/social_insurance",
    "platform/checkins",
)


def make_uscc(first_16: str) -> str:
    """A code with right check characters at positions 17 and 18."""
    from stdnum.cn.uscc import calc_check_digit

    total = sum(int(c, 36) * w for c, w in zip(first_16[8:], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    first_17 = first_16 + "0123456789X0"[11 - total % 11]
    return first_17 + str(calc_check_digit(first_17 + "0"))


def make_id(serial: int, birthday: str = "19900101") -> str:
    """A full, valid ID number that belongs to nobody."""
    first_17 = f"410803{birthday}{serial:03d}"
    return first_17 + id_check_character(first_17)


def dataset(source_and_name: str) -> Dataset:
    source, name = source_and_name.split("/")
    return DATASETS[(source, name)]


def headers(of: Dataset) -> list[str]:
    return [column.header for column in of.columns]


def write_xlsx(
    path: Path,
    of: Dataset,
    rows: Sequence[Mapping[str, Any]],
    extra_headers: Sequence[str] = (),
    sheet: str = "Sheet1",
    **workbook_options: Any,
) -> Path:
    """One plain header row and one row per mapping header -> value (text stays text)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = [*headers(of), *extra_headers]
    with xlsxwriter.Workbook(
        path, {"strings_to_numbers": False, "strings_to_formulas": False} | workbook_options
    ) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, names)
        for number, row in enumerate(rows, start=1):
            for column, name in enumerate(names):
                if name in row and row[name] is not None:
                    page.write(number, column, row[name])
    return path


def csv_bytes(of: Dataset, rows: Sequence[Mapping[str, Any]], encoding: str = "gb18030", end: str = "\r\n") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(headers(of))
    writer.writerows([[row.get(name, "") for name in headers(of)] for row in rows])
    return text.getvalue().encode(encoding)


def page_bytes(of: Dataset, rows: Sequence[Mapping[str, Any]], **page: Any) -> bytes:
    records = [dict.fromkeys(headers(of)) | dict(row) for row in rows]
    data = {"total": len(records), "page": 1, "records": records}
    return json.dumps({"code": 0, "msg": "ok", "data": data} | page, ensure_ascii=False).encode()


def person(name: str = "王强", number: str | None = None, **more: Any) -> dict[str, Any]:
    """A row of 从业人员 in the registry's words."""
    return {
        "机构名称": "焦作甲消防技术服务有限公司",
        "统一社会信用代码": USCC_A,
        "姓名": name,
        "身份证号": make_id(1) if number is None else number,
        "岗位": "注册消防工程师",
        "证书类别": "注册消防工程师",
        "等级": "一级",
    } | more


def finding(number: str = "RD-1", **more: Any) -> dict[str, Any]:
    """A row of the desk's findings."""
    return {
        "认定编号": number,
        "统一社会信用代码": USCC_A,
        "失信条款": "5",
        "线索来源": "资料审查",
        "行为日期": "2024-03-01",
        "认定日期": "2024-03-21",
        "状态": "有效",
    } | more


def checkin(number: str = "QD-1", **more: Any) -> dict[str, Any]:
    """A record of the platform's check-ins."""
    return {
        "qdbh": number,
        "bgbh": "BG-1",
        "xmbh": "XM-1",
        "sfzh": make_id(1),
        "xm": "王强",
        "gw": "项目负责人",
        "qdsj": "2024-03-21 08:00:00",
        "qtsj": "2024-03-21 17:00:00",
        "jd": 113.2421,
        "wd": "35.2154",
        "zbx": "WGS84",
        "sjgxsjc": 1711000000000,
        "scbz": "0",
    } | more


def insured(number: str, month: str = "202403", **more: Any) -> dict[str, Any]:
    """A row of the social insurance export."""
    return {
        "单位编号": "0001",
        "单位名称": "焦作甲消防技术服务有限公司",
        "统一社会信用代码": USCC_A,
        "姓名": "王强",
        "社会保障号码": number,
        "险种": "企业职工基本养老",
        "费款所属期": month,
        "缴费状态": "正常",
        "缴费基数": "4321.98",
    } | more


@dataclass
class Door:
    """An inbox and a home in a temporary folder."""

    root: Path
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        self.settings = Settings(self.root / "home")
        self.inbox.mkdir(parents=True, exist_ok=True)

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    def drop(self, place: str, received_on: str, name: str) -> Path:
        folder = self.inbox / place / received_on
        folder.mkdir(parents=True, exist_ok=True)
        return folder / name

    def put(self, place: str, received_on: str, name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
        """Drops rows as a file in the dataset's own format."""
        path, of = self.drop(place, received_on, name), dataset(place)
        match of.format:
            case "xlsx":
                write_xlsx(path, of, rows)
            case "csv":
                path.write_bytes(csv_bytes(of, rows))
            case "json":
                path.write_bytes(page_bytes(of, rows))
        return path

    def ingest(self, full: bool = False) -> landing.IngestSummary:
        return landing.ingest(self.settings, self.inbox, full=full)

    def outcomes(self, accept_drops: Sequence[str] = (), **options: Any) -> dict[str, Outcome]:
        """Ingests and decides; outcomes by `received_on/file name`."""
        self.ingest()
        inputs = build_inputs.prepare(
            self.settings, options.pop("as_of_on", AS_OF), accept_drops=accept_drops, **options
        )
        return {f"{o.receipt.received_on}/{o.receipt.file_name}": o for o in inputs.outcomes}

    def only_outcome(self) -> Outcome:
        (outcome,) = self.outcomes().values()
        return outcome

    def rows(self, place: str) -> list[dict[str, Any]]:
        """All accepted rows of all parts of a dataset, by part and position."""
        rows = []
        for path in sorted((self.settings.lake / place).glob("*.parquet")):
            rows += pq.read_table(path).to_pylist()
        return rows

    def reasons(self) -> list[tuple[int, str, str | None]]:
        """(row number, reason code, header) of every quarantined row."""
        with manifest.open_manifest(self.settings.manifest) as opened:
            return [(row.row_number, row.reason_code, row.header) for _, row in opened.quarantined_rows()]

    def relations(self, *names: str) -> list[list[dict[str, Any]]]:
        """Rows of source relations as dbt would read them."""
        found = []
        with duckdb.connect(":memory:") as connection:
            warehouse_sources.register_sources(connection, self.settings.build)
            for name in names:
                result = connection.execute(f"select * from {name}")
                columns = [column[0] for column in result.description]
                found.append([dict(zip(columns, row, strict=True)) for row in result.fetchall()])
        return found

    def relation(self, name: str) -> list[dict[str, Any]]:
        return self.relations(name)[0]

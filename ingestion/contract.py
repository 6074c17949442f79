"""What a dataset's export must look like, and what of it enters the lake.

Belongs here: the shape of a contract (dataset, column, kind, file format) and the lake schema that follows
from it. Does not belong here: any dataset (see `ingestion.sources`), reading files, parsing values.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pyarrow as pa

from ingestion.bilingual import Bilingual


class Kind(StrEnum):
    """How the drops of a dataset combine (sources.md).

    `SNAPSHOT`: each drop is the full list. `EVENT`: a row received later with the same key supersedes.
    `PERIOD`: as event, keyed by a month as well.
    """

    SNAPSHOT = "snapshot"
    EVENT = "event"
    PERIOD = "period"


class Format(StrEnum):
    """The file format in which an export arrives."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


class Parse(StrEnum):
    """How one cell becomes lake values; `LAKE_TYPES` says which columns each of them fills."""

    TEXT = "text"  # free text: width-folded, trimmed, inner white space folded
    CODE = "code"  # a key, link or number in its canonical form (sources.md, K3)
    ID_LIST = "id_list"  # several CODE, joined by 、
    PERSON_NAME = "person_name"  # white space removed, a middle dot kept between Han characters only
    AGENCY_NAME = "agency_name"  # PERSON_NAME, with brackets folded to one width
    USCC = "uscc"  # 18 characters, GB 32100 check character
    USCC_PAIR = "uscc_pair"  # <USCC>=<USCC>, <dataset>:<source key>=<USCC>, or an OBJECT_ID
    OBJECT_ID = "object_id"  # the id of a conflict or lead, lower case
    PERSON_ID = "person_id"  # becomes key, mask and status; the number itself never enters the lake
    DATE = "date"
    LAST_DAY = "last_day"  # a date; one that never ends (长期, 9999-12-31) reads as an empty cell
    DATETIME = "datetime"  # Asia/Shanghai wall time -> UTC, and its local date
    MONTH = "month"  # yyyymm or yyyy-mm -> first day of the month
    DATE_OR_OPEN = "date_or_open"  # a date, or no end (长期)
    INTEGER = "integer"
    DECIMAL = "decimal"  # up to four decimals; a leading 约 is flagged
    CHOICE = "choice"  # one of `choices`; anything else quarantines the row
    OPEN_CHOICE = "open_choice"  # one of `choices`; any other text is kept as it is
    FLAG = "flag"  # `choices` with the values "true" and "false"
    CLAUSE = "clause"  # any text in its normal form (rulebook/format.md, "any clause text"); the rulebook interprets it
    QUANTITY = "quantity"  # a whole number from 1 to 10,000
    POINTS = "points"  # 0 to 1,000 with at most two decimals
    EPOCH_MS = "epoch_ms"
    COORDINATE = "coordinate"  # only used to compute the cell of a check-in; never stored
    DROPPED = "dropped"  # allowed in the file, never stored


@dataclass(frozen=True)
class Column:
    """One column of an export.

    `name` is the lake's column (a prefix for PERSON_ID), `header` the exact header or JSON key of today's
    export, `aliases` other headers seen for the same thing. `value_required`: an empty cell quarantines the
    row. `header_required`: a file without the header is held. `not_after_receipt`: a date after `received_on`
    quarantines the row (`date_after_receipt`). `choices` maps each allowed spelling to its value, one spelling a value;
    `spellings` adds other accepted ones. `may_be_several`: two ID numbers in one cell leave the person unresolved
    instead of quarantining the row. `absent_as`: the value of every row in a file that may lack the column.
    """

    name: str
    header: str
    parse: Parse = Parse.TEXT
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, str] = field(default_factory=dict)
    absent_as: str | None = None
    may_be_several: bool = False
    value_required: bool = False
    header_required: bool = True
    not_after_receipt: bool = False
    personal: bool = False
    units: tuple[str, ...] = ()  # what may follow a DECIMAL in its cell; any other unit quarantines the row

    @property
    def is_stored(self) -> bool:
        """Whether the column itself reaches the lake."""
        return self.parse not in (Parse.DROPPED, Parse.COORDINATE)


@dataclass(frozen=True)
class Template:
    """Another office's form of a list, which is accepted as well.

    A file is in this form if it has at least `least_own_headers` of `own_headers`, which no other form has. Only such a
    file may lack the columns `may_lack` (by `Column.name`). `costs`: (column, message for a file that lacks it).
    `needs`: (column, another column without which it would be misread: the file is held).
    """

    name: Bilingual
    own_headers: tuple[str, ...]
    least_own_headers: int
    may_lack: tuple[str, ...]
    costs: tuple[tuple[str, Bilingual], ...] = ()
    needs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Number:
    """A number that appears in several datasets, so that it shows which agency a row is about.

    `kind`: report, contract, project, case (what a finding, a repair or a repeated ticket refers to), task, document,
    device. `columns`: the columns that make up the number; the last of them is never empty.
    """

    kind: str
    columns: tuple[str, ...]


# Figures that some points tables take from the row itself (rulebook/format.md, "quantity" and "points: row").
ROW_FIGURES = (
    Column("quantity", "数量", Parse.QUANTITY, header_required=False),
    Column("row_points", "扣分", Parse.POINTS, header_required=False),
)

DECIMAL = pa.decimal128(18, 4)
POINTS = pa.decimal128(9, 2)
TIMESTAMP = pa.timestamp("us")  # UTC, without a zone, so that DuckDB and Spark read the same instant


def lake_fields(column: Column) -> list[pa.Field]:
    """The lake columns of one export column, in order."""
    match column.parse:
        case Parse.DROPPED | Parse.COORDINATE:
            return []
        case Parse.PERSON_ID:
            # id_status: full, invalid, masked, empty. The key is null unless the number is full and valid.
            return [pa.field(f"{column.name}_{part}", pa.string()) for part in ("key", "mask", "id_status")]
        case Parse.DATE | Parse.LAST_DAY | Parse.MONTH:
            return [pa.field(column.name, pa.date32())]
        case Parse.DATETIME:  # name ends in _at; the local date stands beside it as _on
            return [
                pa.field(column.name, TIMESTAMP),
                pa.field(column.name.removesuffix("_at") + "_on", pa.date32()),
            ]
        case Parse.DATE_OR_OPEN:
            stem = column.name.removesuffix("_on")
            return [pa.field(column.name, pa.date32()), pa.field(f"is_{stem}_open", pa.bool_())]
        case Parse.INTEGER | Parse.QUANTITY | Parse.EPOCH_MS:
            return [pa.field(column.name, pa.int64())]
        case Parse.DECIMAL:
            return [pa.field(column.name, DECIMAL), pa.field(f"is_{column.name}_approximate", pa.bool_())]
        case Parse.FLAG:
            return [pa.field(column.name, pa.bool_())]
        case Parse.POINTS:
            return [pa.field(column.name, POINTS)]
        case _:
            return [pa.field(column.name, pa.string())]


# Where a row comes from. Every lake row begins with these columns.
PROVENANCE_FIELDS: list[pa.Field] = [
    pa.field("file_hash", pa.string(), nullable=False),  # SHA-256 (hex) of the bytes as received
    pa.field("received_on", pa.date32(), nullable=False),
    pa.field("sheet", pa.string()),  # null where the format has no sheets
    pa.field("row_number", pa.int32(), nullable=False),  # as marts.md "Provenance" counts
    pa.field("file_position", pa.int32(), nullable=False),  # 1-based order in the file, over all sheets
    pa.field("source_key", pa.string(), nullable=False),  # the key in canonical form; an ID number as its person key
    pa.field("row_key", pa.string(), nullable=False),  # normalised key: equal = the same thing
    pa.field("row_hash", pa.string(), nullable=False),  # keyed hash of the cells as read: equal = a repeated row
    pa.field("flags", pa.string(), nullable=False),  # `,`-joined notes such as uscc_repaired; '' = none
]


@dataclass(frozen=True)
class Dataset:
    """One dataset: its folder, its format, its columns.

    `key` names the columns (by `Column.name`) that identify a thing. `header_rows`: 2 where a group header spans sub-headers.
    `extra_fields`: lake columns computed from several cells (the cell of a check-in). `agency_names` and `numbers` show
    which agency a quarantined row is about if its code cannot be read.
    """

    source: str
    name: str
    kind: Kind
    format: Format
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    header_rows: int = 1
    ignored_header_prefixes: tuple[str, ...] = ()
    ignored_headers: tuple[str, ...] = ()
    template: Template | None = None
    updated_column: str | None = None  # says which of two rows is later, before the file name does
    skip_rows_without: str | None = None  # a row that is empty in this column is ignored
    extra_fields: tuple[pa.Field, ...] = ()
    titled_as_of: bool = False  # the title gives the list's own day (截至); an older list is then never loaded
    parse_when: tuple[
        tuple[str, str, Column], ...
    ] = ()  # (column, its value, how the column of that name is then read)
    # (column of a name, column of the same agency's code or None)
    agency_names: tuple[tuple[str, str | None], ...] = ()
    numbers: tuple[Number, ...] = ()

    @property
    def id(self) -> str:
        return f"{self.source}/{self.name}"

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    def lake_schema(self) -> pa.Schema:
        """Arrow schema of the dataset's lake files."""
        own = [lake_field for column in self.columns for lake_field in lake_fields(column)]
        return pa.schema([*PROVENANCE_FIELDS, *own, *self.extra_fields])

    def fingerprint(self) -> str:
        """Changes when the contract changes: its files are then read again."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

"""What a bundle of Superset consists of, and how each part is written down.

Belongs here: connections, datasets, charts and dashboards as values, their identifiers, their form in Superset's YAML.
Does not belong here: which there are (`datasets`, `queries`, `dashboards`), the ZIP (the package).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from serving.audiences import RESTRICTED_SCHEMAS
from serving.dictionary import entries

VERSION = "1.0.0"  # of Superset's format
_NAMESPACE = uuid.UUID("5d0c3c0e-9a0b-5f55-8d1f-6a3c9d1e7b52")  # never changes: importing again updates what is there
NO_CACHE = -1  # what Superset calls a result that is never kept
PASSWORD_MASK = "XXXXXXXXXX"  # noqa: S105 -- Superset's own sign for a password that is given on import


def identifier(kind: str, name: str) -> str:
    """The same for the same part in every bundle."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}/{name}"))


@dataclass(frozen=True)
class Database:
    """A connection. The restricted one is of another role, keeps no result, and is closed to free SQL."""

    name: str
    title: str
    role: str
    is_restricted: bool

    @property
    def uuid(self) -> str:
        """Its identifier."""
        return identifier("database", self.name)

    @property
    def path(self) -> str:
        """Its file in the bundle, under which an import is told its password."""
        return f"databases/{self.name}.yaml"

    def form(self, place: str) -> dict[str, Any]:
        """As Superset reads it; `place` is host:port/database."""
        return {
            "database_name": self.title,
            "sqlalchemy_uri": f"postgresql+psycopg2://{self.role}:{PASSWORD_MASK}@{place}",
            "cache_timeout": NO_CACHE if self.is_restricted else None,
            "expose_in_sqllab": not self.is_restricted,
            "allow_run_async": False,
            "allow_ctas": False,
            "allow_cvas": False,
            "allow_dml": False,
            "allow_csv_upload": False,
            "extra": {
                "allows_virtual_table_explore": True,
                "disable_data_preview": self.is_restricted,
                "engine_params": {"connect_args": {"application_name": "superset"}},
            },
            "uuid": self.uuid,
            "version": VERSION,
        }


OPEN = Database("firemark", "Firemark 信用库", "bi_reader", is_restricted=False)
RESTRICTED = Database("firemark_conflicts", "Firemark 冲突研判（限制查阅）", "conflict_reader", is_restricted=True)


@dataclass(frozen=True)
class Column:
    """A column of a dataset: `type` as Postgres calls it, `label` in Chinese, `description` in both languages."""

    name: str
    type: str
    label: str
    description: str

    @property
    def is_temporal(self) -> bool:
        """Whether a period can be chosen by it."""
        return self.type in ("date", "timestamp")

    def form(self) -> dict[str, Any]:
        """As Superset reads it."""
        return {
            "column_name": self.name,
            "verbose_name": self.label,
            "description": self.description,
            "type": self.type.upper(),
            "is_dttm": self.is_temporal,
            "is_active": True,
            "groupby": True,
            "filterable": True,
        }


@dataclass(frozen=True)
class Metric:
    """What a dataset is summed up as."""

    name: str
    label: str
    expression: str
    form_of_number: str | None = ",d"

    def form(self) -> dict[str, Any]:
        """As Superset reads it."""
        return {
            "metric_name": self.name,
            "verbose_name": self.label,
            "expression": self.expression,
            "d3format": self.form_of_number,
        }


@dataclass(frozen=True)
class Dataset:
    """A table of a schema, or a query over several. `period` is the column by which a period is chosen."""

    name: str
    schema: str
    description: str
    columns: tuple[Column, ...]
    metrics: tuple[Metric, ...]
    sql: str | None = None
    period: str | None = None

    @property
    def database(self) -> Database:
        """The connection that may read it."""
        return RESTRICTED if self.schema in RESTRICTED_SCHEMAS else OPEN

    @property
    def uuid(self) -> str:
        """Its identifier."""
        return identifier("dataset", f"{self.schema}.{self.name}")

    @property
    def path(self) -> str:
        """Its file in the bundle."""
        return f"datasets/{self.database.name}/{self.schema}_{self.name}.yaml"

    def form(self) -> dict[str, Any]:
        """As Superset reads it."""
        return {
            "table_name": self.name,
            "schema": self.schema,
            "sql": self.sql,
            "description": self.description,
            "main_dttm_col": self.period,
            "cache_timeout": NO_CACHE if self.database.is_restricted else None,
            "filter_select_enabled": True,
            "normalize_columns": False,
            "columns": [column.form() for column in self.columns],
            "metrics": [metric.form() for metric in self.metrics],
            "database_uuid": self.database.uuid,
            "uuid": self.uuid,
            "version": VERSION,
        }


@dataclass(frozen=True)
class Chart:
    """One chart: `asks` names every column and metric that it asks its dataset for."""

    name: str
    title: str
    kind: str
    dataset: Dataset
    parameters: dict[str, Any]
    asks: frozenset[str]
    description: str = ""

    @property
    def uuid(self) -> str:
        """Its identifier."""
        return identifier("chart", self.name)

    @property
    def path(self) -> str:
        """Its file in the bundle."""
        return f"charts/{self.name}.yaml"

    def form(self) -> dict[str, Any]:
        """As Superset reads it."""
        return {
            "slice_name": self.title,
            "description": self.description or None,
            "viz_type": self.kind,
            "params": self.parameters | {"viz_type": self.kind},
            "cache_timeout": NO_CACHE if self.dataset.database.is_restricted else None,
            "dataset_uuid": self.dataset.uuid,
            "uuid": self.uuid,
            "version": VERSION,
        }


@dataclass(frozen=True)
class Filter:
    """A filter of a dashboard, for every chart whose dataset has the column; without a column, of the period."""

    title: str
    column: str | None
    dataset: Dataset | None
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dashboard:
    """Rows of charts, each as (chart, width in twelfths, height in Superset's units); a text is a row of its own."""

    name: str
    title: str
    description: str
    rows: Sequence[tuple[tuple[Chart, int, int], ...] | str]
    filters: Sequence[Filter]
    colours: dict[str, str] = field(default_factory=dict)

    @property
    def uuid(self) -> str:
        """Its identifier."""
        return identifier("dashboard", self.name)

    @property
    def path(self) -> str:
        """Its file in the bundle."""
        return f"dashboards/{self.name}.yaml"

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Its charts, in their order."""
        return tuple(chart for row in self.rows if not isinstance(row, str) for chart, _, _ in row)


def described(name: str, note: str = "") -> tuple[str, str]:
    """Label and description of a column that the dictionary has; `note` says what it means in one table."""
    entry = entries()[name]
    unit = f" ({entry.unit})" if entry.unit else ""
    return entry.zh, " · ".join(filter(None, (f"{entry.label}{unit}", note)))

"""A home whose lake holds a city many times over: for builds of 10^7 and 10^8 platform rows, without files or the door.

`python -m tests.bench.lake --agencies 30000 FOLDER`, then `firemark --home FOLDER build`. With `--visits 10` every ordinary
job has ten visits, each with a report and check-ins: ten times the platform's rows for the same agencies.

Belongs here: the copies' own codes, people and numbers; their lake parts and the manifest. Does not belong here: the city
(`sample_city`), what a build of it takes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion import atomic_files, build_inputs, landing, warehouse_sources
from ingestion.contract import Column, Dataset, Parse, lake_fields
from ingestion.lake_parts import part_path, revision_of, write_schema_files
from ingestion.manifest import Manifest, Part, ReadFile, Receipt, open_manifest
from ingestion.privacy import open_person_keys
from ingestion.settings import Settings, load
from ingestion.sources import DATASETS
from sample_city import identifiers, write_city
from sample_city.districts import AGENCIES_PER_DISTRICT, USCC_PER_DISTRICT
from sample_city.files import FILE_STEMS

ROWS_PER_PART = 1_000_000
_ROWS_PER_GROUP = 100_000
_MEMORY_LIMIT = "2GB"
MOST_COPIES, MOST_VISITS = 20_000, 12
AS_OF_ON = dt.date(2026, 11, 1)  # after everything in a city
# An ordinary job's report; the others belong to a story, whose days and hours matter.
_ORDINARY = "regexp_full_match(report_no, 'BG[0-9]{14}')"
_KEPT = {"task_line"}  # counts within another code


@dataclass(frozen=True)
class Multiplied:
    """What was written: copies of the city, lake parts, and rows by dataset."""

    copies: int
    parts: int
    rows: dict[str, int]


def multiply(city: Settings, into: Settings, copies: int, visits: int = 1) -> Multiplied:
    """Writes the lake of `city`, `copies` times over, into a new home; `visits` for each ordinary job.

    Copy 0 is the city itself. Another copy has the same events on the same days, under other codes with right check
    characters, of other people, names and numbers. Needs a clean city without decisions on conflicts or leads (their ids
    would be others). DuckDB has `_MEMORY_LIMIT`, and rows go to their part in groups.
    """
    if not 1 <= copies <= MOST_COPIES or not 1 <= visits <= MOST_VISITS:
        raise ValueError(f"from 1 to {MOST_COPIES} copies and from 1 to {MOST_VISITS} visits")
    if into.manifest.exists():
        raise FileExistsError(f"{into.home} has a lake already: choose another folder")
    with tempfile.TemporaryDirectory(prefix="firemark-lake-") as scratch, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        build_inputs.prepare(city, AS_OF_ON, build_dir=Path(scratch))
        warehouse_sources.register_sources(connection, scratch)
        _require_plain(connection)
        _number_codes(connection, copies)
        with open_manifest(city.manifest) as manifest:
            former = [(key[:2], code, old) for key, code, old in manifest.former_codes()]
        into.lake.mkdir(parents=True, mode=0o700)
        write_schema_files(into.lake)
        with open_manifest(into.manifest) as manifest:
            manifest.set_person_key_fingerprint(open_person_keys(into, None).fingerprint())
            return _Lake(connection, into.lake, manifest, copies, visits, former).write()


def _require_plain(connection: duckdb.DuckDBPyConnection) -> None:
    """Raises ValueError for a city of which a copy would not be a city."""
    quarantined = connection.execute("select count(*) from lake.quarantined_rows").fetchone()
    of_ids = connection.execute(
        "select count(*) from credit_desk.decisions where object_type not in ('directory', 'identity')"
    ).fetchone()
    if quarantined != (0,) or of_ids != (0,):
        raise ValueError("only a clean city can be multiplied, without decisions on conflicts or leads")


def _number_codes(connection: duckdb.DuckDBPyConnection, copies: int) -> None:
    """Creates table `codes`: the code of each agency and payer in each copy, by the generator's own numbers."""
    columns = [
        (dataset, column)
        for dataset in DATASETS.values()
        for column in dataset.columns
        if column.parse in (Parse.USCC, Parse.OBJECT_ID)
    ]
    found: set[str] = set()
    for dataset, column in columns:
        relation = warehouse_sources.dataset_relation(dataset)
        for (text,) in connection.execute(f"select distinct {column.name} from {relation}").fetchall():
            found.update(part for part in (text or "").split("=") if ":" not in part and part)
    if len(found) > USCC_PER_DISTRICT:
        raise ValueError(f"{len(found)} codes, but a district has {USCC_PER_DISTRICT}: multiply a city of one district")
    numbered = [
        (copy, code, code if copy == 0 else identifiers.uscc(code[:2], code[2:8], copy * USCC_PER_DISTRICT + place))
        for place, code in enumerate(sorted(found))
        for copy in range(copies)
    ]
    table = pa.table(dict(zip(("of_copy", "code", "code_there"), zip(*numbered, strict=True), strict=True)))
    connection.register("numbered", table)
    connection.execute("create temporary table codes as select * from numbered")


class _Lake:
    def __init__(  # noqa: PLR0917 - what `multiply` has put together
        self,
        connection: duckdb.DuckDBPyConnection,
        lake: Path,
        manifest: Manifest,
        copies: int,
        visits: int,
        former: list[tuple[tuple[str, ...], str, str]],
    ) -> None:
        self.connection, self.lake, self.manifest = connection, lake, manifest
        self.copies, self.visits, self.former = copies, visits, former
        self.parts = 0

    def write(self) -> Multiplied:
        rows = {dataset.id: self._write_dataset(dataset) for dataset in DATASETS.values()}
        return Multiplied(self.copies, self.parts, rows)

    def _write_dataset(self, dataset: Dataset) -> int:
        relation = warehouse_sources.dataset_relation(dataset)
        drops = self.connection.execute(
            f"select received_on, count(*) from {relation} group by received_on order by received_on"
        ).fetchall()
        total = 0
        for received_on, of_one in drops:
            step = max(1, ROWS_PER_PART // (of_one * (self.visits if _has_visits(dataset) else 1)))
            for number, first in enumerate(range(0, self.copies, step), start=1):
                total += self._write_part(dataset, received_on, number, first, min(first + step, self.copies))
        return total

    def _write_part(self, dataset: Dataset, received_on: dt.date, number: int, first: int, until: int) -> int:
        """Writes copies `first` up to but not `until` of one drop as one file; returns its rows."""
        name = f"{FILE_STEMS[dataset.id]}{received_on:%Y%m}_{number:04d}.{dataset.format}"
        file_hash = hashlib.sha256(f"{dataset.id}/{received_on}/{name}".encode()).hexdigest()
        receipt = Receipt(dataset.source, dataset.name, received_on, name, file_hash)
        path = part_path(self.lake, receipt.part_key)
        count = 0

        def write(temporary: Path) -> None:
            nonlocal count
            schema = dataset.lake_schema()
            rows = self.connection.sql(
                _rows_sql(dataset, self.visits),
                params={"file_hash": file_hash, "received_on": received_on, "first": first, "until": until},
            ).to_arrow_reader(_ROWS_PER_GROUP)
            with pq.ParquetWriter(temporary, schema, compression="snappy") as writer:
                for batch in rows:
                    writer.write_batch(pa.record_batch(batch.columns, names=schema.names).cast(schema))
                    count += batch.num_rows

        atomic_files.write_atomically(path, write)
        part = Part(
            *receipt.part_key,
            revision_of(dataset),
            read_count=count,
            accepted_count=count,
            list_as_of_on=received_on if dataset.titled_as_of else None,
            record_count=count,
        )
        self.manifest.commit_file(
            [receipt], ReadFile(part, former_codes=frozenset(self._former(dataset, first, until)))
        )
        self.parts += 1
        return count

    def _former(self, dataset: Dataset, first: int, until: int) -> Iterator[tuple[str, str]]:
        for of, code, old in self.former:
            if of == (dataset.source, dataset.name):
                yield from ((code + _suffix(copy), old + _suffix(copy)) for copy in range(first, until))


def _has_visits(dataset: Dataset) -> bool:
    return dataset.source == "platform" and any(column.name == "report_no" for column in dataset.columns)


def _suffix(copy: int) -> str:
    """What a copy's numbers end with, as `_SUFFIX` in SQL."""
    return f"-{copy:05d}" if copy else ""


_SUFFIX = "if(copy = 0, '', printf('-%05d', copy))"
_VISIT = "if(visit = 0, '', printf('-V%02d', visit))"
_DAYS, _HOURS = "cast(visit % 4 as integer)", "to_hours(3 * (visit // 4))"  # other visits: same month, same site


def _rows_sql(dataset: Dataset, visits: int) -> str:
    """The rows of copies $first up to but not $until of the drop of $received_on, in the columns of the lake."""
    columns = {column.name: column for column in dataset.columns if column.is_stored}
    with_visits = _has_visits(dataset)
    made: dict[str, str] = {
        "file_hash": "$file_hash",
        "received_on": "received_on",
        "row_number": "cast(row_number() over () as integer)",
        "file_position": "cast(row_number() over () as integer)",
        "source_key": f"source_key || {_SUFFIX} || {_VISIT}",
        "row_key": f"row_key || {_SUFFIX} || {_VISIT}",
        "row_hash": "if(copy = 0 and visit = 0, row_hash, md5(row_hash || copy || '/' || visit))",
    }
    joins = ""
    for column in columns.values():
        if column.parse is Parse.USCC:
            made[column.name] = f"{column.name}_codes.code_there"
            joins += (
                f" left join codes as {column.name}_codes"
                f" on {column.name}_codes.of_copy = copy and {column.name}_codes.code = {column.name}"
            )
        elif column.parse is Parse.OBJECT_ID:
            made[column.name], more = _object_sql(column.name)
            joins += more
        else:
            made |= _values_sql(column)
    if with_visits:
        made |= _visits_sql(dataset)
    selected = ", ".join(f"{made.get(name, name)} as {name}" for name in dataset.lake_schema().names)
    visited = f"range({visits if with_visits else 1}) as visits(visit)"
    ordinary = f"where visit = 0 or {_ORDINARY}" if with_visits else ""
    return (
        f"select {selected} from (select * from {warehouse_sources.dataset_relation(dataset)} "
        f"where received_on = $received_on) as city cross join range($first, $until) as copies(copy) "
        f"cross join {visited} {joins} {ordinary}"
    )


def _values_sql(column: Column) -> dict[str, str]:
    """Lake column -> its value in a copy, for what a copy has of its own."""
    name = column.name
    match column.parse:
        case Parse.PERSON_ID:
            key = f"{name}_key"
            return {key: f"if(copy = 0, {key}, sha256({key} || copy))"}
        case Parse.PERSON_NAME if not name.endswith("_by"):
            return {name: f"{name} || if(copy = 0, '', chr(cast(19968 + copy as integer)))"}
        case Parse.AGENCY_NAME:  # 焦作市…: a word after the city
            return {
                name: f"if(copy = 0, {name}, left({name}, 3) || chr(cast(19968 + copy as integer)) || substr({name}, 4))"
            }
        case Parse.CODE if name not in _KEPT:
            return {name: f"{name} || {_SUFFIX}"}
        case Parse.ID_LIST:
            return {
                name: f"array_to_string(list_transform(string_split({name}, '、'), lambda one: one || {_SUFFIX}), '、')"
            }
        case _ if name == "registered_address":
            return {name: f"{name} || if(copy = 0, '', copy || '室')"}
        case _:
            return {}


def _object_sql(name: str) -> tuple[str, str]:
    """The object of a decision and its joins: a code, <code>=<code>, or <dataset>:<key>=<code>."""
    first, last = f"if(instr({name}, '=') > 0, string_split({name}, '=')[1], null)", f"string_split({name}, '=')[-1]"
    joins = "".join(
        f" left join codes as {alias} on {alias}.of_copy = copy and {alias}.code = {text}"
        for alias, text in (("first_codes", first), ("last_codes", last))
    )
    return (
        f"coalesce(coalesce(first_codes.code_there, {first} || {_SUFFIX}) || '=', '') || last_codes.code_there",
        joins,
    )


def _visits_sql(dataset: Dataset) -> dict[str, str]:
    """The columns in which an ordinary job's visits differ: their numbers, days and hours."""
    made = {"updated_ms": f"updated_ms + {_DAYS} * 86400000"}
    for column in dataset.columns:
        name = column.name
        if name == "report_no" or name in dataset.key:
            made[name] = f"{name} || {_SUFFIX} || {_VISIT}"
        elif column.parse is Parse.DATE:
            made[name] = f"{name} + {_DAYS}"
        elif column.parse is Parse.DATETIME:
            at, on = (field.name for field in lake_fields(column))
            made |= {at: f"{at} + to_days({_DAYS}) + {_HOURS}", on: f"{on} + {_DAYS}"}
    return made


def clean_city(folder: Path, years: int = 3, agencies: int = AGENCIES_PER_DISTRICT) -> Settings:
    """A home that has taken in a clean city of one district."""
    write_city(folder / "sample", agencies=agencies, years=years, clean=True)
    settings = load(folder / "home")
    landing.ingest(settings, folder / "sample" / "inbox")
    return settings


def main(arguments: list[str] | None = None) -> None:
    """Writes the home and prints the rows of each dataset."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, metavar="FOLDER")
    parser.add_argument("--agencies", type=int, default=3_000, help="rounded up to whole cities")
    parser.add_argument("--visits", type=int, default=1, help=f"visits of each ordinary job, up to {MOST_VISITS}")
    parser.add_argument("--years", type=int, default=3)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="firemark-lake-") as folder:
        city = clean_city(Path(folder), chosen.years)
        copies = -(-chosen.agencies // AGENCIES_PER_DISTRICT)
        written = multiply(city, load(chosen.home), copies, chosen.visits)
    for dataset, rows in written.rows.items():
        print(f"{dataset:28}{rows:14,}")
    print(f"{'in ' + format(written.parts, ',') + ' parts':28}{sum(written.rows.values()):14,}")


if __name__ == "__main__":
    main()

"""The inputs of one build: the files received, which of them are loaded, and the files behind dbt's sources.

Belongs here: what a build is made from, its identity, and the files of `<home>/build/inputs`. Does not belong here:
deciding outcomes (`ingestion.load_outcomes`), relations over these files (`ingestion.warehouse_sources`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.build_tables import BUILD_TABLES
from ingestion.drop_rows import Compared, LakeRows
from ingestion.lake_parts import SCHEMA_FILE, part_path
from ingestion.load_outcomes import Outcome, Status, decide
from ingestion.manifest import Manifest, Part, PartKey, QuarantinedName, QuarantinedRow, Receipt, open_manifest
from ingestion.settings import ConfigurationError, Settings, settings_of
from ingestion.sources import DATASETS

_Row = TypeVar("_Row")
INPUTS = "inputs"  # subfolder of the build folder
# Files in it that are not dbt sources themselves: the sources of the datasets are built from them.
LOADED_PARTS = "loaded_parts.parquet"
REPEATED_ROWS = "repeated_rows.parquet"
SOURCE_FILES = "source_files.json"

_LOADED_PARTS_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("received_on", pa.date32(), nullable=False),
        pa.field("file_hash", pa.string(), nullable=False),
        pa.field("file_name", pa.string(), nullable=False),
        pa.field("row_count", pa.int64(), nullable=False),
    ]
)
_REPEATED_ROWS_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("received_on", pa.date32(), nullable=False),
        pa.field("file_hash", pa.string(), nullable=False),
        pa.field("file_position", pa.int32(), nullable=False),
    ]
)


@dataclass(frozen=True)
class BuildInputs:
    """What a build is made from. `file_hashes`: those of every file received by known_on, sorted, with repetitions.

    `identity` is a hash of everything here that can change a release: receipts, outcomes and accepted drops.
    """

    as_of_on: dt.date
    known_on: dt.date | None
    regime_code: str
    outcomes: tuple[Outcome, ...]
    file_hashes: tuple[str, ...]
    identity: str
    folder: Path

    def count(self, status: Status) -> int:
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def held(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.status is Status.HELD]


def parse_drop(text: str) -> tuple[str, str, dt.date]:
    """`SOURCE/DATASET/RECEIVED_ON` as a drop. Raises ConfigurationError."""
    source, _, rest = text.partition("/")
    dataset, _, day = rest.partition("/")
    try:
        received_on = dt.date.fromisoformat(day)
    except ValueError as error:
        raise ConfigurationError(
            f"报送批次 {text} 写法不对，应为 SOURCE/DATASET/YYYY-MM-DD。Invalid drop {text}: expected SOURCE/DATASET/YYYY-MM-DD."
        ) from error
    if (source, dataset) not in DATASETS:
        known = ", ".join(sorted(f"{of}/{name}" for of, name in DATASETS))
        raise ConfigurationError(
            f"报送批次 {text} 中没有这个数据集。Invalid drop {text}: unknown dataset {source}/{dataset}. Known: {known}."
        )
    return source, dataset, received_on


def prepare(
    home: Settings | Path | str,
    as_of_on: dt.date,
    known_on: dt.date | None = None,
    regime_code: str = "jiaozuo",
    accept_drops: Iterable[str | tuple[str, str, dt.date]] = (),
    *,
    build_dir: Path | None = None,
) -> BuildInputs:
    """Decides the outcome of every file received by `known_on` and writes the inputs of the build.

    They go into `build_dir`/inputs (by default the home's build folder), without any frozen list yet. Drops in
    `accept_drops` are recorded as accepted on `as_of_on` first. Raises ConfigurationError if one of them was never
    received.
    """
    settings = settings_of(home)
    with open_manifest(settings.manifest) as manifest:
        receipts = manifest.receipts()
        drops = [parse_drop(drop) if isinstance(drop, str) else drop for drop in accept_drops]
        for drop in drops:
            if not any((r.source, r.dataset, r.received_on) == drop for r in receipts):
                raise ConfigurationError(
                    f"没有收到过 {drop[0]}/{drop[1]}/{drop[2]}，不能接受。The drop {drop[0]}/{drop[1]}/{drop[2]} was never "
                    "received, so it cannot be accepted. Check source, dataset and date."
                )
        for drop in drops:
            manifest.accept_drop(*drop, accepted_on=as_of_on)
        received = Received.of(manifest, settings.lake)
    folder = settings.build_inputs if build_dir is None else build_dir / INPUTS
    return received.write(folder, as_of_on, known_on, regime_code)


@dataclass(frozen=True)
class Received:
    """All that was ever received, read once for the inputs of one day or of many."""

    lake: Path
    receipts: Sequence[Receipt]
    parts: Mapping[PartKey, Part]
    accepted_drops: Mapping[tuple[str, str, dt.date], dt.date]
    quarantined: Mapping[PartKey, list[QuarantinedRow]]
    names: Mapping[PartKey, list[QuarantinedName]]
    former_codes: Sequence[tuple[PartKey, str, str]]
    compared: Compared

    @classmethod
    def of(cls, manifest: Manifest, lake: Path) -> Received:
        return cls(
            lake,
            manifest.receipts(),
            manifest.parts(),
            manifest.accepted_drops(),
            _by_part(manifest.quarantined_rows()),
            _by_part(manifest.quarantined_names()),
            list(manifest.former_codes()),
            Compared(),
        )

    def write(self, folder: Path, as_of_on: dt.date, known_on: dt.date | None, regime_code: str) -> BuildInputs:
        """Decides outcomes as known on `known_on` and writes the inputs of a build into `folder`."""
        rows = LakeRows(self.lake, self.quarantined, compared=self.compared)
        outcomes = decide(self.receipts, self.parts, DATASETS, self.accepted_drops, rows, known_on=known_on)
        folder.mkdir(parents=True, exist_ok=True)
        _write_inputs(folder, self.lake, outcomes, rows, _corrected(outcomes, self.parts, rows))
        _write_names(folder, outcomes, self.names, rows)
        _write_former_codes(folder, outcomes, self.former_codes)
        parameters = [{"as_of_on": as_of_on, "known_on": known_on, "regime_code": regime_code}]
        pq.write_table(
            pa.Table.from_pylist(parameters, schema=BUILD_TABLES["build_parameters"]),
            folder / "build_parameters.parquet",
        )
        for name in ("frozen_lists", "frozen_list_members"):
            pq.write_table(BUILD_TABLES[name].empty_table(), folder / f"{name}.parquet")
        return BuildInputs(
            as_of_on,
            known_on,
            regime_code,
            tuple(outcomes),
            tuple(sorted(outcome.receipt.file_hash for outcome in outcomes)),
            _identity(outcomes),
            folder,
        )


def _identity(outcomes: Sequence[Outcome]) -> str:
    digest = hashlib.sha256()
    for outcome in outcomes:
        receipt = outcome.receipt
        line = [receipt.source, receipt.dataset, str(receipt.received_on), receipt.file_name, receipt.file_hash]
        line += [outcome.status, outcome.reason_code or "", str(outcome.drop_accepted_on)]
        digest.update(json.dumps(line).encode() + b"\n")
    return digest.hexdigest()


def identities(home: Settings | Path | str, days: Iterable[dt.date]) -> dict[dt.date, str | None]:
    """For each day, a hash of everything that decides what a build with this known_on reads; None = nothing was known.

    Cheaper than `prepare`: outcomes follow from the receipts, the parsing results and the accepted drops.
    """
    with open_manifest(settings_of(home).manifest) as manifest:
        parts = manifest.parts()
        known = [
            (receipt.received_on, [*_as_text(receipt), *_as_text(parts[receipt.part_key])])
            for receipt in manifest.receipts()
            if receipt.part_key in parts
        ]
        known += [(on, [*map(str, drop), str(on)]) for drop, on in manifest.accepted_drops().items()]
        digest = hashlib.sha256((manifest.person_key_fingerprint() or "").encode())
    known.sort()
    found: dict[dt.date, str | None] = {}
    position = 0
    for day in sorted(days):
        while position < len(known) and known[position][0] <= day:
            digest.update(json.dumps(known[position][1]).encode() + b"\n")
            position += 1
        found[day] = digest.hexdigest() if position else None
    return found


def _as_text(record: Receipt | Part) -> list[str]:
    return [str(value) for value in astuple(record)]


def _by_part(found: Iterable[tuple[PartKey, _Row]]) -> dict[PartKey, list[_Row]]:
    rows: dict[PartKey, list[_Row]] = {}
    for key, row in found:
        rows.setdefault(key, []).append(row)
    return rows


def _corrected(
    outcomes: Sequence[Outcome], parts: Mapping[PartKey, Part], rows: LakeRows
) -> Mapping[PartKey, set[int]]:
    loaded = [outcome.receipt for outcome in outcomes if outcome.status is Status.LOADED]
    found: dict[PartKey, set[int]] = {}
    for _, drop in groupby(loaded, key=lambda receipt: receipt.part_key[:3]):
        found |= rows.find_corrected([(receipt.file_name, parts[receipt.part_key]) for receipt in drop])
    return found


def _write_inputs(
    folder: Path,
    lake: Path,
    outcomes: Sequence[Outcome],
    rows: LakeRows,
    corrected: Mapping[PartKey, set[int]],
) -> None:
    loads, quarantined, loaded_parts, repeated_rows = [], [], [], []
    files: dict[str, list[str]] = {
        dataset.id: [str(lake / dataset.source / dataset.name / SCHEMA_FILE)] for dataset in DATASETS.values()
    }
    for outcome in outcomes:
        receipt = outcome.receipt
        place = {"source": receipt.source, "dataset": receipt.dataset, "received_on": receipt.received_on}
        named = place | {"file_name": receipt.file_name, "file_hash": receipt.file_hash}
        loads.append(
            named
            | {
                "status": str(outcome.status),
                **{
                    name: getattr(outcome, name)
                    for name in BUILD_TABLES["loads"].names
                    if name not in named and name != "status"
                },
            }
        )
        if outcome.status is not Status.LOADED:
            continue
        key = receipt.part_key
        repeated = rows.repeated.get(key, set())
        loaded_parts.append(named | {"row_count": outcome.accepted_count})
        if outcome.accepted_count:
            files[f"{receipt.source}/{receipt.dataset}"].append(str(part_path(lake, key)))
        repeated_rows += [
            place | {"file_hash": receipt.file_hash, "file_position": position} for position in sorted(repeated)
        ]
        quarantined += [
            named
            | {name: value for name, value in asdict(row).items() if name != "row_hash"}
            | {"is_corrected": row.file_position in corrected.get(key, set())}
            for row in rows.quarantined.get(key, [])
            if row.file_position not in repeated
        ]
    for name, content, schema in (
        ("loads.parquet", loads, BUILD_TABLES["loads"]),
        ("quarantined_rows.parquet", quarantined, BUILD_TABLES["quarantined_rows"]),
        (LOADED_PARTS, loaded_parts, _LOADED_PARTS_SCHEMA),
        (REPEATED_ROWS, repeated_rows, _REPEATED_ROWS_SCHEMA),
    ):
        pq.write_table(pa.Table.from_pylist(content, schema=schema), folder / name)
    (folder / SOURCE_FILES).write_text(json.dumps(files, ensure_ascii=False, indent=1), "utf-8")


def _write_names(
    folder: Path,
    outcomes: Sequence[Outcome],
    names: Mapping[PartKey, list[QuarantinedName]],
    rows: LakeRows,
) -> None:
    """Whom the quarantined rows of the loaded files name, except rows that repeat a row of an earlier file of the drop."""
    named = [
        dict(zip(("source", "dataset", "received_on", "file_hash"), key, strict=True)) | asdict(name)
        for key in (outcome.receipt.part_key for outcome in outcomes if outcome.status is Status.LOADED)
        for name in names.get(key, [])
        if name.file_position not in rows.repeated.get(key, set())
    ]
    schema = BUILD_TABLES["quarantined_names"]
    pq.write_table(pa.Table.from_pylist(named, schema=schema), folder / "quarantined_names.parquet")


def _write_former_codes(
    folder: Path, outcomes: Sequence[Outcome], former_codes: Iterable[tuple[PartKey, str, str]]
) -> None:
    loaded = {outcome.receipt.part_key for outcome in outcomes if outcome.status is Status.LOADED}
    pairs = sorted({(key[0], key[1], code, former) for key, code, former in former_codes if key in loaded})
    schema = BUILD_TABLES["former_codes"]
    rows = [dict(zip(schema.names, pair, strict=True)) for pair in pairs]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "former_codes.parquet")

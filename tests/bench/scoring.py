"""Time, memory and growth of scoring: our models (by dbt, and as plain SQL) beside a lean DuckDB script, pandas and
Polars.

Every contender runs in a fresh process on the same generated evidence, one after another, in one run.
The scripts know one regime, no versions, no links, no repairs and no explanations.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.bench.evidence import fill_sources

ROOT = Path(__file__).resolve().parents[2]
SCORING_MODELS = ("fct_point_ledger", "fct_score_history", "fct_grade_changes")

LEAN_SCORING = """
create table score_history as
with rows as (
    select agency_id, occurred_on, project_no, source_key, clause, '' as level_code, determined_on, 'findings' as dataset
    from credit_desk.findings where status_code in ('effective', 'objection')
    union all
    select agency_id, occurred_on, project_no, source_key, clause, '', determined_on, 'checks'
    from inspections.checks where status_code in ('determined', 'objection')
    union all
    select agency_id, occurred_on, null, source_key, clause, level_code, determined_on, 'merit_claims'
    from credit_desk.merit_claims where status_code = 'approved'
), scored as (
    select
        r.agency_id, i.item_code, i.points * c.sign as points, i.cap_points, i.component_code,
        c.cap_points as component_cap, r.determined_on,
        case when r.dataset = 'merit_claims' or r.project_no is null then r.dataset || r.source_key
            else r.agency_id || '|' || r.occurred_on || '|' || r.project_no end as case_id
    from rows as r
    inner join rulebook.clause_items as m
        on m.clause = r.clause
        and (m.level_code = r.level_code or (m.level_code is null and r.dataset <> 'merit_claims')
            or (m.level_code is null and m.dataset = 'merit_claims' and r.dataset = 'merit_claims'))
        and ((m.dataset = 'merit_claims') = (r.dataset = 'merit_claims'))
    inner join rulebook.items as i using (item_code)
    inner join rulebook.components as c on c.component_code = i.component_code
), lines as (
    select agency_id, case_id, item_code, component_code, points, cap_points, component_cap,
        min(determined_on) as starts_on
    from scored group by all
), spans as (
    select *, starts_on as from_on, cast(starts_on + interval 1 year as date) + 1 as until_on from lines
), cuts as (
    select case_id, from_on as cut_on from spans union select case_id, until_on from spans
), pieces as (
    select case_id, cut_on as from_on, lead(cut_on) over (partition by case_id order by cut_on) as until_on from cuts
), counted as (
    select s.agency_id, s.item_code, s.component_code, s.points, s.cap_points, s.component_cap, p.from_on, p.until_on
    from pieces as p inner join spans as s using (case_id)
    where p.until_on is not null and s.from_on <= p.from_on and s.until_on > p.from_on
    qualify row_number() over (partition by case_id, p.from_on order by abs(s.points) desc, s.starts_on, s.item_code) = 1
), item_moves as (
    select agency_id, component_code, component_cap, item_code, cap_points, on_date, sum(delta) as delta
    from (
        select agency_id, component_code, component_cap, item_code, cap_points, from_on as on_date, points as delta
        from counted
        union all
        select agency_id, component_code, component_cap, item_code, cap_points, until_on, -points from counted
    ) group by all
), item_sums as (
    select *, sum(delta) over (partition by agency_id, item_code order by on_date) as running from item_moves
), capped as (
    select *, case when cap_points is null then running
        else sign(running) * least(abs(running), cap_points) end as clamped
    from item_sums
), component_moves as (
    select agency_id, component_code, component_cap, on_date, sum(step) as delta from (
        select *, clamped - lag(clamped, 1, 0) over (partition by agency_id, item_code order by on_date) as step
        from capped
    ) group by all
), component_sums as (
    select *, sum(delta) over (partition by agency_id, component_code order by on_date) as running
    from component_moves
), component_capped as (
    select *, case when component_cap is null then running
        else sign(running) * least(abs(running), component_cap) end as clamped
    from component_sums
), moves as (
    select agency_id, on_date, sum(step) as delta from (
        select *, clamped - lag(clamped, 1, 0) over (partition by agency_id, component_code order by on_date) as step
        from component_capped
    ) group by all
), history as (
    select agency_id, on_date as valid_from_on, lead(on_date) over w as valid_until_on,
        (select base_points from rulebook.rulebooks) + sum(delta) over w as score
    from moves window w as (partition by agency_id order by on_date)
)
select h.*, b.grade
from history as h
left join rulebook.bands as b
    on (b.lo is null or h.score > b.lo or (b.is_lo_inclusive and h.score = b.lo))
    and (b.hi is null or h.score < b.hi or (b.is_hi_inclusive and h.score = b.hi))
"""


def run_lean_duckdb(build_file: Path) -> None:
    with duckdb.connect(str(build_file)) as connection:
        connection.execute("set threads = 2")
        connection.execute(LEAN_SCORING)


def run_our_sql(build_file: Path) -> None:
    """The compiled models, executed by DuckDB without dbt, with the settings of a build."""
    import yaml

    from tests.warehouse.harness import execute_models

    profile = yaml.safe_load((ROOT / "dbt_project" / "profiles.yml").read_text("utf-8"))["firemark"]["outputs"]["build"]
    with duckdb.connect(str(build_file)) as connection:
        connection.execute("set threads = 2")
        for name, setting in profile["settings"].items():
            connection.execute(f"set {name} = '{setting}'")
        execute_models(connection, *SCORING_MODELS)


def run_our_dbt(build_file: Path) -> None:
    """The same models by dbt in process: what a scheduled build does."""
    from dbt.cli.main import dbtRunner

    os.environ["FIREMARK_BUILD_FILE"] = str(build_file)
    target = str(build_file.parent / "target")
    outcome = dbtRunner().invoke(
        [
            *("--quiet", "--log-level-file", "none", "build", "--threads", "1"),
            *("--resource-type", "model", "--resource-type", "seed"),
            *("--select", *(f"+{model}" for model in SCORING_MODELS)),
            *("--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project")),
            *("--target-path", target, "--log-path", target),
        ]
    )
    if not outcome.success:
        failed = [f"{node.node.name}: {node.message}" for node in outcome.result or () if node.status == "error"]
        raise RuntimeError("\n".join(failed) or str(outcome.exception))


def run_pandas(build_file: Path) -> None:
    """What a data team would write: groupby and cumulative sums over change points."""
    import pandas as pd

    with duckdb.connect(str(build_file)) as connection:
        findings = connection.execute(
            "select agency_id, occurred_on, project_no, source_key, clause, null as level_code, determined_on,"
            " 'findings' as dataset from credit_desk.findings where status_code in ('effective', 'objection')"
        ).df()
        checks = connection.execute(
            "select agency_id, occurred_on, project_no, source_key, clause, null as level_code, determined_on,"
            " 'checks' as dataset from inspections.checks where status_code in ('determined', 'objection')"
        ).df()
        merits = connection.execute(
            "select agency_id, occurred_on, null as project_no, source_key, clause, level_code, determined_on,"
            " 'merit_claims' as dataset from credit_desk.merit_claims where status_code = 'approved'"
        ).df()
        items = connection.execute(
            "select i.item_code, i.points * c.sign as points, i.cap_points, i.component_code, c.cap_points as"
            " component_cap from rulebook.items i join rulebook.components c using (component_code)"
        ).df()
        clauses = connection.execute("select dataset, clause, level_code, item_code from rulebook.clause_items").df()
        base = float(connection.execute("select base_points from rulebook.rulebooks").fetchone()[0])  # type: ignore[index]
        bands = connection.execute("select * from rulebook.bands").df()

    misconduct = pd.concat([findings, checks])
    general = clauses[clauses.dataset != "merit_claims"].drop_duplicates("clause")
    misconduct = misconduct.merge(general[["clause", "item_code"]], on="clause")
    graded = clauses[(clauses.dataset == "merit_claims") & clauses.level_code.notna()]
    plain = clauses[(clauses.dataset == "merit_claims") & clauses.level_code.isna()]
    merits = pd.concat(
        [
            merits.merge(graded[["clause", "level_code", "item_code"]], on=["clause", "level_code"]),
            merits.merge(plain[["clause", "item_code"]], on="clause"),
        ]
    )
    rows = pd.concat([misconduct, merits]).merge(items, on="item_code")
    for column in ("points", "cap_points", "component_cap"):
        rows[column] = rows[column].astype(float)
    own = rows.project_no.isna()
    rows["case_id"] = rows.agency_id + "|" + rows.occurred_on.astype(str) + "|" + rows.project_no.fillna("")
    rows.loc[own, "case_id"] = rows.dataset[own] + rows.source_key[own]
    keys = ["agency_id", "case_id", "item_code", "component_code", "points", "cap_points", "component_cap"]
    lines = rows.groupby(keys, dropna=False, as_index=False).determined_on.min()
    lines["from_on"] = pd.to_datetime(lines.determined_on)
    lines["until_on"] = lines.from_on + pd.DateOffset(years=1) + pd.Timedelta(days=1)

    cuts = pd.concat(
        [lines[["case_id", "from_on"]], lines[["case_id", "until_on"]].rename(columns={"until_on": "from_on"})]
    )
    pieces = cuts.drop_duplicates().sort_values(["case_id", "from_on"]).rename(columns={"from_on": "piece_from"})
    pieces["piece_until"] = pieces.groupby("case_id").piece_from.shift(-1)
    pieces = pieces.dropna(subset=["piece_until"]).merge(lines, on="case_id")
    pieces = pieces[(pieces.from_on <= pieces.piece_from) & (pieces.until_on > pieces.piece_from)]
    pieces["size"] = -pieces.points.abs()
    counted = pieces.sort_values(["case_id", "piece_from", "size", "from_on", "item_code"])
    counted = counted.drop_duplicates(["case_id", "piece_from"])

    def clamp(table: pd.DataFrame, by: list[str], cap: str) -> pd.DataFrame:
        table = table.groupby([*by, "on"], dropna=False, as_index=False).delta.sum().sort_values([*by, "on"])
        running = table.groupby(by, dropna=False).delta.cumsum()
        bound = table[cap].fillna(math.inf)
        clamped = running.clip(lower=-bound, upper=bound)
        previous = clamped.groupby([table[column] for column in by], dropna=False).shift(fill_value=0)
        return table.assign(delta=clamped - previous)

    columns = ["agency_id", "component_code", "component_cap", "item_code", "cap_points"]
    starts = counted[[*columns, "piece_from", "points"]].set_axis([*columns, "on", "delta"], axis=1)
    ends = counted[[*columns, "piece_until", "points"]].set_axis([*columns, "on", "delta"], axis=1)
    ends["delta"] = -ends.delta
    by_item = clamp(pd.concat([starts, ends]), columns, "cap_points")
    by_component = clamp(by_item, ["agency_id", "component_code", "component_cap"], "component_cap")
    moves = by_component.groupby(["agency_id", "on"], as_index=False).delta.sum().sort_values(["agency_id", "on"])
    moves["score"] = base + moves.groupby("agency_id").delta.cumsum()
    moves["until"] = moves.groupby("agency_id")["on"].shift(-1)
    moves["grade"] = ""
    for band in bands.itertuples():
        low = (
            moves.score >= band.lo
            if band.is_lo_inclusive
            else moves.score > (band.lo if band.lo == band.lo else -math.inf)
        )
        high = (
            moves.score <= band.hi
            if band.is_hi_inclusive
            else moves.score < (band.hi if band.hi == band.hi else math.inf)
        )
        moves.loc[low & high, "grade"] = band.grade


def run_polars(build_file: Path) -> None:
    """The same steps as `run_pandas`, as a data team would write them in Polars."""
    import polars as pl

    with duckdb.connect(str(build_file)) as connection:
        findings, checks, merits, items, clauses, bands = (
            pl.DataFrame(connection.execute(sql).to_arrow_table())
            for sql in (
                "select agency_id, occurred_on, project_no, source_key, clause, determined_on, 'findings' as dataset"
                " from credit_desk.findings where status_code in ('effective', 'objection')",
                "select agency_id, occurred_on, project_no, source_key, clause, determined_on, 'checks' as dataset"
                " from inspections.checks where status_code in ('determined', 'objection')",
                "select agency_id, occurred_on, source_key, clause, level_code, determined_on, 'merit_claims' as dataset"
                " from credit_desk.merit_claims where status_code = 'approved'",
                "select i.item_code, cast(i.points * c.sign as double) as points, cast(i.cap_points as double) as cap_points,"
                " i.component_code, cast(c.cap_points as double) as component_cap"
                " from rulebook.items i join rulebook.components c using (component_code)",
                "select dataset, clause, level_code, item_code from rulebook.clause_items",
                "select grade, cast(lo as double) as lo, cast(hi as double) as hi, is_lo_inclusive, is_hi_inclusive"
                " from rulebook.bands",
            )
        )
        base = float(connection.execute("select base_points from rulebook.rulebooks").fetchone()[0])  # type: ignore[index]

    of_merit = pl.col("dataset").eq_missing("merit_claims")
    general = clauses.filter(~of_merit).unique("clause", keep="first", maintain_order=True)
    graded = clauses.filter(of_merit & pl.col("level_code").is_not_null())
    plain = clauses.filter(of_merit & pl.col("level_code").is_null())
    scored = pl.concat(
        [
            pl.concat([findings, checks]).join(general.select("clause", "item_code"), on="clause"),
            merits.join(graded.select("clause", "level_code", "item_code"), on=["clause", "level_code"]),
            merits.join(plain.select("clause", "item_code"), on="clause"),
        ],
        how="diagonal",
    ).join(items, on="item_code")
    own = pl.col("dataset") + pl.col("source_key")
    shared = pl.concat_str("agency_id", pl.col("occurred_on").cast(pl.String), "project_no", separator="|")
    lines = (
        scored.with_columns(case_id=pl.when(pl.col("project_no").is_null()).then(own).otherwise(shared))
        .group_by("agency_id", "case_id", "item_code", "component_code", "points", "cap_points", "component_cap")
        .agg(from_on=pl.col("determined_on").min())
        .with_columns(until_on=pl.col("from_on").dt.offset_by("1y").dt.offset_by("1d"))
    )
    cuts = pl.concat(
        [lines.select("case_id", piece_from="from_on"), lines.select("case_id", piece_from="until_on")]
    ).unique()
    counted = (
        cuts.sort("case_id", "piece_from")
        .with_columns(piece_until=pl.col("piece_from").shift(-1).over("case_id"))
        .drop_nulls("piece_until")
        .join(lines, on="case_id")
        .filter(pl.col("from_on") <= pl.col("piece_from"), pl.col("until_on") > pl.col("piece_from"))
        .with_columns(size=-pl.col("points").abs())
        .sort("case_id", "piece_from", "size", "from_on", "item_code")
        .unique(["case_id", "piece_from"], keep="first", maintain_order=True)
    )

    def clamp(table: pl.DataFrame, by: list[str], cap: str) -> pl.DataFrame:
        bound = pl.col(cap).fill_null(math.inf)
        return (
            table.group_by(*by, "on")
            .agg(pl.col("delta").sum())
            .sort(*by, "on")
            .with_columns(running=pl.col("delta").cum_sum().over(by))
            .with_columns(clamped=pl.col("running").clip(-bound, bound))
            .with_columns(delta=pl.col("clamped") - pl.col("clamped").shift(1, fill_value=0).over(by))
        )

    columns = ["agency_id", "component_code", "component_cap", "item_code", "cap_points"]
    changes = pl.concat(
        [
            counted.select(*columns, on="piece_from", delta="points"),
            counted.select(*columns, on="piece_until", delta=-pl.col("points")),
        ]
    )
    by_component = clamp(clamp(changes, columns, "cap_points"), columns[:3], "component_cap")
    moves = by_component.group_by("agency_id", "on").agg(pl.col("delta").sum()).sort("agency_id", "on")
    moves = moves.with_columns(
        score=base + pl.col("delta").cum_sum().over("agency_id"), until=pl.col("on").shift(-1).over("agency_id")
    )
    grade = pl.lit("")
    for band in bands.iter_rows(named=True):
        low, high = -math.inf if band["lo"] is None else band["lo"], math.inf if band["hi"] is None else band["hi"]
        is_above = pl.col("score") >= low if band["is_lo_inclusive"] else pl.col("score") > low
        is_below = pl.col("score") <= high if band["is_hi_inclusive"] else pl.col("score") < high
        grade = pl.when(is_above & is_below).then(pl.lit(band["grade"])).otherwise(grade)
    moves.with_columns(grade=grade)


LEAN, SAME_SQL = "lean DuckDB script", "firemark (same SQL, no dbt)"
CONTENDERS: dict[str, Callable[[Path], None]] = {
    "firemark (dbt in process)": run_our_dbt,
    SAME_SQL: run_our_sql,
    LEAN: run_lean_duckdb,
    "pandas script": run_pandas,
    "Polars script": run_polars,
}


def measure(contender: str, build_file: Path) -> dict[str, float]:
    """Seconds and peak MB of one contender, in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.bench.scoring", "--one", contender, "--file", str(build_file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        raise RuntimeError(f"{contender}: {result.stderr[-3000:]}")
    return json.loads(result.stdout.splitlines()[-1])


def run_one(contender: str, build_file: Path) -> None:
    started = time.perf_counter()
    CONTENDERS[contender](build_file)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--skip", nargs="*", default=[], help="contenders to leave out")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.one:
        run_one(arguments.one, arguments.file)
        return
    seconds: dict[str, dict[int, float]] = {}
    print(f"{'ledger events':>14} {'contender':30} {'seconds':>9} {'x lean':>7} {'x same SQL':>10} {'peak MB':>9}")
    for events in arguments.events:
        bases: dict[str, float] = {}
        for contender in reversed([name for name in CONTENDERS if name not in arguments.skip]):
            with tempfile.TemporaryDirectory() as folder:
                build_file = Path(folder) / "firemark.duckdb"
                fill_sources(build_file, events)
                result = measure(contender, build_file)
            seconds.setdefault(contender, {})[events] = result["seconds"]
            bases[contender] = result["seconds"]
            lean, same = (
                f"{result['seconds'] / bases[base]:.2f}" if base in bases else "–" for base in (LEAN, SAME_SQL)
            )
            print(
                f"{events:14,} {contender:30} {result['seconds']:9.2f} {lean:>7} {same:>10} {result['peak_mb']:9.0f}",
                flush=True,
            )
    smallest, largest = min(arguments.events), max(arguments.events)
    if largest > smallest:
        print("\ngrowth exponent (1 = linear; the start-up of a process lowers it at small sizes)")
        sizes = sorted(arguments.events)
        for contender, by_size in seconds.items():
            steps = [math.log(by_size[b] / by_size[a]) / math.log(b / a) for a, b in itertools.pairwise(sizes)]
            print(f"  {contender:30} " + "  ".join(f"{step:5.2f}" for step in steps))


if __name__ == "__main__":
    main()

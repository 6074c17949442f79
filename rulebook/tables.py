"""The tables of a rulebook folder (credit.md section 4): one CSV each, the same columns in the build.

Belongs here: names and types. Does not belong here: whether a rulebook is valid (`lint`), the YAML grammar.
"""

import pyarrow as pa

POINTS = pa.decimal128(9, 2)


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in columns.items()])


# The files of a rulebook folder: <name>.csv, header = these columns, empty cell = null.
FOLDER_TABLES: dict[str, pa.Schema] = {
    "rulebooks": _schema(
        rulebook_id=pa.string(),
        regime_code=pa.string(),
        document=pa.string(),
        status=pa.string(),  # draft, in_force, repealed
        effective_from_on=pa.date32(),
        effective_until_on=pa.date32(),  # exclusive; null = without end
        base_points=POINTS,
        score_step=POINTS,  # null = fractions, to 0.01
        rounding=pa.string(),  # none, half_up
        clock_start=pa.string(),  # determined_on, act_on
        window_last_day=pa.string(),  # inclusive, exclusive
        same_act=pa.string(),  # max, sum
        rated_from=pa.string(),  # start, checks, reports, determination
        rated_types=pa.string(),  # types of check joined by 、; null = all
        unrated_status=pa.string(),  # statuses of the directory joined by 、; null = none
        is_provisional=pa.bool_(),
    ),
    "components": _schema(
        rulebook_id=pa.string(),
        component_code=pa.string(),
        sign=pa.int32(),
        window_code=pa.string(),  # rolling_year, calendar_year, quarter, state, lifetime, until_next, own_year
        next_fact=pa.string(),  # of until_next: an event fact
        next_types=pa.string(),  # types of check joined by 、; null = all
        aggregation=pa.string(),  # sum, sum_over_count, latest, max
        divisor_fact=pa.string(),  # an event fact: checks, projects, reports
        cap_points=POINTS,
        cap_per_check_points=POINTS,
        is_cap_provisional=pa.bool_(),
    ),
    "items": _schema(
        rulebook_id=pa.string(),
        item_code=pa.string(),
        component_code=pa.string(),
        clause=pa.string(),
        title_zh=pa.string(),
        title_en=pa.string(),
        points=POINTS,  # unsigned; the component has the sign; null = the row's own
        points_from=pa.string(),  # item, row
        quantity_from=pa.string(),  # one, row
        repeat_factor=POINTS,  # null = none
        per=pa.string(),
        cap_points=POINTS,
        cap_per_check_points=POINTS,
        effect=pa.string(),  # points, veto, ceiling, zero_component
        effect_grade=pa.string(),  # of veto and ceiling
        fact=pa.string(),  # evidence, or a count or event fact of format.md
        above=pa.int32(),
        below=pa.int32(),
        channels=pa.string(),  # joined by 、; null = all
        is_repairable=pa.bool_(),
        severity=pa.string(),
        subsumes=pa.string(),  # item codes joined by 、; null = none
        legal_basis=pa.string(),
        is_provisional=pa.bool_(),
    ),
    "clause_items": _schema(
        rulebook_id=pa.string(),
        dataset=pa.string(),  # findings, checks, penalties, hotline, media, merit_claims, or *
        clause=pa.string(),  # in normal form (2a, 1-1); * = any non-empty; empty = ''
        level_code=pa.string(),  # national, provincial, municipal; null = any
        item_code=pa.string(),  # joined by 、; null = does not score
    ),
    "bands": _schema(
        rulebook_id=pa.string(),
        grade=pa.string(),
        grade_rank=pa.int32(),  # 1 = best
        lo=POINTS,
        is_lo_inclusive=pa.bool_(),
        hi=POINTS,
        is_hi_inclusive=pa.bool_(),
    ),
    "measures": _schema(
        rulebook_id=pa.string(),
        grade=pa.string(),  # * = any
        measure_code=pa.string(),
        trigger_code=pa.string(),  # while, on_enter, quarter_end, year_end, calendar_year
        n=pa.int32(),
        due_working_days=pa.int32(),
        latch=pa.string(),
        is_provisional=pa.bool_(),
    ),
    "repair_policy": _schema(
        rulebook_id=pa.string(),
        natural=pa.string(),  # expiry, none
        is_on_application=pa.bool_(),
        effective_on=pa.string(),  # approved_on
        reply_working_days=pa.int32(),
        max_attempts=pa.int32(),
        blocked_grades=pa.string(),  # joined by 、; null = none
        add_back=pa.string(),
    ),
}

# The value of an empty cell, and of a column that an older folder lacks. Without an entry it is null.
DEFAULTS: dict[tuple[str, str], str] = {
    ("rulebooks", "rated_from"): "start",
    ("items", "points_from"): "item",
    ("items", "quantity_from"): "one",
}
# Columns that a folder may lack, because it was written before they were added.
LATER_COLUMNS: dict[str, tuple[str, ...]] = {
    "rulebooks": ("rated_from", "rated_types", "unrated_status"),
    "components": ("next_fact", "next_types", "cap_per_check_points"),
    "items": ("points_from", "quantity_from", "repeat_factor", "cap_per_check_points"),
}

# The lists inside the tables above, one row per element, so that SQL need not split text.
EXPLODED_TABLES: dict[str, pa.Schema] = {
    "rated_types": _schema(rulebook_id=pa.string(), check_type=pa.string()),
    "unrated_statuses": _schema(rulebook_id=pa.string(), registry_status=pa.string()),
    "next_types": _schema(rulebook_id=pa.string(), component_code=pa.string(), check_type=pa.string()),
    "clause_item_codes": _schema(
        rulebook_id=pa.string(),
        dataset=pa.string(),
        clause=pa.string(),
        level_code=pa.string(),
        item_code=pa.string(),
    ),
    "item_channels": _schema(rulebook_id=pa.string(), item_code=pa.string(), channel_code=pa.string()),
    "item_subsumes": _schema(rulebook_id=pa.string(), item_code=pa.string(), subsumed_item_code=pa.string()),
    "repair_blocked_grades": _schema(rulebook_id=pa.string(), grade=pa.string()),
}

# The dbt source `rulebook` of a build: the versions of one regime only.
BUILD_TABLES: dict[str, pa.Schema] = FOLDER_TABLES | EXPLODED_TABLES

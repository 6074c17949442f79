"""How the time to find overlapping spells grows: with the number of people, and with the spells of one person.

Belongs here: timing of the overlap model on generated spells. Does not belong here: its correctness (tests).
"""

from __future__ import annotations

import time

from tests.warehouse.harness import Warehouse


def seconds_for(people: int, spells_each: int) -> tuple[float, int]:
    """Seconds and overlaps for people who alternate between ten agencies, each spell touching the next."""
    spells_sql = f"""
        select
            'spell-' || person || '-' || n as spell_id,
            'person-' || person as person_id,
            'agency-' || n % 10 as agency_id,
            'T1' as identity_tier,
            date '1990-01-01' + cast(n * 10 as integer) as from_on,
            date '1990-01-01' + cast(n * 10 + 11 as integer) as until_on,
            date '1990-01-01' as first_listed_on,
            date '1990-01-01' as last_listed_on,
            cast(n as bigint) as first_drop_number,
            cast(n as bigint) as last_drop_number,
            1 as listing_count
        from range({people}) as people(person) cross join range({spells_each}) as turns(n)
    """
    warehouse = Warehouse(replace={"int_person_spells": spells_sql}).run("int_person_spells")
    start = time.perf_counter()
    warehouse.run("int_person_spells_overlapped")
    elapsed = time.perf_counter() - start
    (row,) = warehouse.query("select count(*) as pairs from intermediate.int_person_spells_overlapped")
    return elapsed, row["pairs"]


def main() -> None:
    """Prints seconds and pairs; ten times the people should cost about ten times."""
    print(f"{'people':>8} {'spells each':>12} {'pairs':>10} {'seconds':>8}")
    for people, spells_each in ((2_000, 12), (20_000, 12), (200_000, 12), (1, 1_000), (1, 10_000)):
        seconds, pairs = seconds_for(people, spells_each)
        print(f"{people:8,} {spells_each:12,} {pairs:10,} {seconds:8.2f}")


if __name__ == "__main__":
    main()

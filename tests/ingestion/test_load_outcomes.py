"""File outcomes are a pure function of what was received: by received_on and file name, never by arrival."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.contract import Kind
from ingestion.load_outcomes import Outcome, Repeats, decide
from ingestion.manifest import Part, PartKey, Receipt
from ingestion.sources import DATASETS

LIST, EVENTS, PAGES = ("registry", "equipment"), ("credit_desk", "findings"), ("platform", "reports")
TITLED = ("registry", "agencies")  # a list whose title says its day


def day(number: int) -> dt.date:
    return dt.date(2024, 1, 1) + dt.timedelta(days=number)


def receipt(on: int, name: str, content: str, of: tuple[str, str] = LIST) -> Receipt:
    return Receipt(*of, day(on), name, content)


def part(of: Receipt, rows: int = 10, held: str | None = None, list_on: int | None = None) -> Part:
    return Part(
        *of.part_key,
        "r1",
        held,
        "why" if held else None,
        *((0, 0) if held else (rows, rows)),
        0,
        0,
        day(list_on) if list_on is not None else None,
    )


@dataclass(frozen=True)
class Rows:
    """Counts of a lake: repeated rows by part; records of a drop with several pages."""

    repeats: Mapping[PartKey, Repeats] = field(default_factory=dict)
    records: int = 0

    def count_records(self, parts: Sequence[Part]) -> int:
        return self.records

    def count_repeats(self, keys: Sequence[PartKey]) -> Mapping[PartKey, Repeats]:
        return self.repeats


nothing_repeats = Rows()


def outcomes(
    parts: Mapping[Receipt, Part],
    accepted: Mapping[tuple[str, str, dt.date], dt.date] | None = None,
    known_on: dt.date | None = None,
) -> dict[str, Outcome]:
    decided = decide(
        parts, {r.part_key: p for r, p in parts.items()}, DATASETS, accepted or {}, nothing_repeats, known_on=known_on
    )
    return {f"{(o.receipt.received_on - day(0)).days}/{o.receipt.file_name}": o for o in decided}


def statuses(*args: object, **options: object) -> dict[str, str]:
    return {
        name: str(o.status) + (f" {o.reason_code}" if o.reason_code else "")
        for name, o in outcomes(*args, **options).items()  # type: ignore[arg-type]  # passed through
    }


def with_parts(*receipts: Receipt, **options: int) -> dict[Receipt, Part]:
    return {r: part(r, **options) for r in receipts}  # type: ignore[arg-type]  # rows, list_on


def test_an_event_file_received_again_is_a_duplicate_whatever_its_name_or_day() -> None:
    parts = with_parts(
        receipt(1, "b", "X", EVENTS),
        receipt(1, "a", "X", EVENTS),
        receipt(0, "z", "Y", EVENTS),
        receipt(5, "c", "X", EVENTS),
    )
    assert statuses(parts) == {
        "0/z": "loaded",
        "1/a": "loaded",
        "1/b": "duplicate same_content",
        "5/c": "duplicate same_content",
    }


def test_an_earlier_receipt_that_arrives_late_takes_over() -> None:
    late, early = receipt(5, "a", "X", EVENTS), receipt(1, "a", "X", EVENTS)
    assert statuses(with_parts(late)) == {"5/a": "loaded"}
    assert statuses(with_parts(late, early)) == {"1/a": "loaded", "5/a": "duplicate same_content"}


def test_all_rows_of_a_duplicate_file_are_duplicates() -> None:
    parts = with_parts(receipt(0, "a", "X", EVENTS), receipt(0, "b", "X", EVENTS))
    copy = outcomes(parts)["0/b"]
    assert (copy.read_count, copy.accepted_count, copy.quarantined_count, copy.duplicate_count) == (10, 0, 0, 10)


def test_a_list_that_did_not_change_is_a_new_observation() -> None:
    parts = with_parts(receipt(0, "a", "A"), receipt(1, "a", "B"), receipt(2, "a", "A"), receipt(2, "b", "A"))
    assert statuses(parts) == {"0/a": "loaded", "1/a": "loaded", "2/a": "loaded", "2/b": "duplicate same_content"}


def test_a_file_that_cannot_be_read_is_held_each_time() -> None:
    first, second = receipt(0, "a", "X", EVENTS), receipt(1, "a", "X", EVENTS)
    parts = {first: part(first, held="unreadable"), second: part(second, held="unreadable")}
    assert statuses(parts) == {"0/a": "held unreadable", "1/a": "held unreadable"}
    assert {o.read_count for o in outcomes(parts).values()} == {0}


def test_a_list_older_than_one_received_before_is_held() -> None:
    first, stale, same, newer = (receipt(10 + on, "a", name) for on, name in enumerate("ABCD"))
    parts = {
        first: part(first, list_on=10),
        stale: part(stale, list_on=9),
        same: part(same, list_on=10),
        newer: part(newer),
    }
    assert statuses(parts) == {"10/a": "loaded", "11/a": "held stale_snapshot", "12/a": "loaded", "13/a": "loaded"}


def test_a_title_dated_after_its_receipt_is_reported_and_makes_no_later_list_stale() -> None:
    first, slip, after = receipt(0, "a", "A"), receipt(1, "a", "B"), receipt(2, "a", "C")
    parts = {first: part(first, list_on=0), slip: part(slip, list_on=900), after: part(after, list_on=2)}
    assert statuses(parts) == {"0/a": "loaded", "1/a": "loaded list_date_after_receipt", "2/a": "loaded"}
    message = outcomes(parts)["1/a"].message or ""
    assert message.startswith("registry/equipment/2024-01-02 a: ") and "截至" in message


def test_a_title_without_a_day_is_reported_only_for_lists_with_titles() -> None:
    dated, undated, other = receipt(0, "a", "A", TITLED), receipt(1, "a", "B", TITLED), receipt(1, "a", "B")
    parts = {dated: part(dated, list_on=0), undated: part(undated), other: part(other)}
    assert statuses({dated: parts[dated], undated: parts[undated]}) == {
        "0/a": "loaded",
        "1/a": "loaded title_without_day",
    }
    assert statuses({other: parts[other]}) == {"1/a": "loaded"}
    message = outcomes({undated: parts[undated]})["1/a"].message or ""
    assert message.startswith("registry/agencies/2024-01-02 a: 标题中没有可识别的截至日期")


@pytest.mark.parametrize(("list_on", "code"), [(None, "title_without_day"), (900, "list_date_after_receipt")])
def test_two_notes_on_one_file_are_both_kept(list_on: int | None, code: str) -> None:
    old, new = receipt(1, "a", "A", TITLED), receipt(1, "a", "B", TITLED)
    parts = {each: replace(part(each, list_on=list_on), message="not read: sheet 说明") for each in (old, new)}
    decided = decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {}, nothing_repeats)
    assert [o.reason_code for o in decided] == [f"{code},two_versions"] * 2
    for outcome in decided:
        message = outcome.message or ""
        assert message.startswith("registry/agencies/2024-01-02 a: not read: sheet 说明. ")
        assert "截至" in message and message.endswith("put the right file into the folder of a later day.")


def test_two_contents_of_one_name_and_day_are_both_loaded_and_reported() -> None:
    """A file changed in place: it is not known which version is the later one, so a note says so."""
    old, new, other = receipt(0, "a", "A", EVENTS), receipt(0, "a", "B", EVENTS), receipt(0, "b", "C", EVENTS)
    parts = {each: part(each) for each in (old, new, other)}
    decided = decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {}, nothing_repeats)
    assert [(o.receipt.file_hash, str(o.status), o.reason_code) for o in decided] == [
        ("A", "loaded", "two_versions"),
        ("B", "loaded", "two_versions"),
        ("C", "loaded", None),
    ]
    assert all("later day" in (o.message or "") for o in decided[:2])


def by_content(parts: Mapping[Receipt, Part], **options: object) -> dict[str, str]:
    decided = decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {}, nothing_repeats, **options)  # type: ignore[arg-type]  # known_on
    return {o.receipt.file_hash: str(o.status) for o in decided}


@pytest.mark.parametrize("of", [LIST, EVENTS, ("registry", "social_insurance"), ("platform", "reports")])
@pytest.mark.parametrize(("half", "whole"), [("A", "B"), ("B", "A")])
def test_an_incomplete_copy_is_replaced_by_the_complete_file_of_its_name(
    of: tuple[str, str], half: str, whole: str
) -> None:
    """The hashes do not show which of the two came first, and it does not matter."""
    cut, full = receipt(0, "a.xlsx", half, of), receipt(0, "a.xlsx", whole, of)
    parts = {cut: part(cut, held="unreadable"), full: part(full)}
    assert by_content(parts) == {half: "replaced", whole: "loaded"}
    decided = decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {}, nothing_repeats)
    (told,) = [o for o in decided if o.status == "replaced"]
    assert (told.reason_code, told.read_count, told.accepted_count, told.duplicate_count) == ("unreadable", 0, 0, 0)
    place = f"{'/'.join(of)}/2024-01-01 a.xlsx"
    assert told.message == (
        f"{place}: 此文件（{half}）无法读取（unreadable），已由同名文件（{whole}，loaded）替换，无需处理。This content ({half}) could not be read (unreadable) and was replaced by another one under its name "
        f"({whole}, loaded). Nothing is left to do."
    )


@pytest.mark.parametrize(
    ("name", "on"), [("b.xlsx", 0), ("A.xlsx", 0), ("a.xlsx", 1)], ids=["another name", "another case", "another day"]
)
def test_only_the_same_name_in_the_same_drop_replaces(name: str, on: int) -> None:
    cut, other = receipt(0, "a.xlsx", "A", EVENTS), receipt(on, name, "B", EVENTS)
    assert by_content({cut: part(cut, held="unreadable"), other: part(other)}) == {"A": "held", "B": "loaded"}


def test_contents_that_all_cannot_be_read_are_all_held() -> None:
    cuts = [receipt(0, "a", content, EVENTS) for content in "ABC"]
    parts = {cut: part(cut, held="unreadable") for cut in cuts}
    assert by_content(parts) == dict.fromkeys("ABC", "held")
    last = receipt(0, "a", "D", EVENTS)
    assert by_content(parts | {last: part(last)}) == dict.fromkeys("ABC", "replaced") | {"D": "loaded"}


def test_a_content_that_was_loaded_is_never_replaced() -> None:
    contents = {content: receipt(0, "a", content, EVENTS) for content in "ABC"}
    parts = {r: part(r, held="unreadable" if content == "B" else None) for content, r in contents.items()}
    assert by_content(parts) == {"A": "loaded", "B": "replaced", "C": "loaded"}
    decided = decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {}, nothing_repeats)
    assert [o.reason_code for o in decided] == ["two_versions", "unreadable", "two_versions"]


def test_the_complete_file_may_be_a_copy_of_one_loaded_before() -> None:
    before, cut, whole = receipt(0, "b", "C", EVENTS), receipt(1, "a", "A", EVENTS), receipt(1, "a", "C", EVENTS)
    parts = {before: part(before), cut: part(cut, held="unreadable"), whole: part(whole)}
    assert statuses({r: p for r, p in parts.items() if r is not cut}) == {
        "0/b": "loaded",
        "1/a": "duplicate same_content",
    }
    assert by_content(parts)["A"] == "replaced"


def test_a_complete_file_that_is_held_replaces_nothing() -> None:
    first, cut, low = receipt(0, "a", "A"), receipt(1, "a", "B"), receipt(1, "a", "C")
    parts = {first: part(first, 100), cut: part(cut, held="unreadable"), low: part(low, 5)}
    assert by_content(parts) == {"A": "loaded", "B": "held", "C": "held"}
    accepted = {(*LIST, day(1)): day(1)}
    decided = decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, accepted, nothing_repeats)
    assert [str(o.status) for o in decided] == ["loaded", "replaced", "loaded"]


def test_a_list_that_could_be_read_is_not_replaced_though_it_is_held() -> None:
    """An older list under the same name: it is not clear which of the two the sender means."""
    new, old = receipt(10, "a", "A"), receipt(10, "a", "B")
    assert by_content({new: part(new, list_on=10), old: part(old, list_on=5)}) == {"A": "loaded", "B": "held"}


def test_a_replacement_is_known_when_its_drop_is() -> None:
    cut, whole, later = receipt(3, "a", "A", EVENTS), receipt(3, "a", "B", EVENTS), receipt(5, "a", "C", EVENTS)
    parts = {cut: part(cut, held="unreadable"), whole: part(whole), later: part(later)}
    assert by_content(parts, known_on=day(2)) == {}
    assert by_content(parts, known_on=day(3)) == {"A": "replaced", "B": "loaded"}
    assert by_content(parts) == {"A": "replaced", "B": "loaded", "C": "loaded"}


def test_a_stale_list_compares_with_lists_that_were_held_below_the_floor_too() -> None:
    first, low, older = receipt(10, "a", "A"), receipt(11, "a", "B"), receipt(12, "a", "C")
    parts = {first: part(first, 100, list_on=1), low: part(low, 2, list_on=9), older: part(older, 100, list_on=5)}
    assert statuses(parts) == {"10/a": "loaded", "11/a": "held row_floor", "12/a": "held stale_snapshot"}


@pytest.mark.parametrize(
    ("rows", "expected"), [(0, "held row_floor"), (9, "held row_floor"), (10, "held row_floor"), (11, "loaded")]
)
def test_the_floor_is_ten_percent_of_the_last_list_loaded(rows: int, expected: str) -> None:
    first, low, after = receipt(0, "a", "A"), receipt(1, "a", "B"), receipt(2, "a", "C")
    parts = {first: part(first, 100), low: part(low, rows), after: part(after, 60)}
    assert statuses(parts) == {"0/a": "loaded", "1/a": expected, "2/a": "loaded"}


def test_an_event_file_has_no_floor() -> None:
    first, low = receipt(0, "a", "A", EVENTS), receipt(1, "a", "B", EVENTS)
    assert statuses({first: part(first, 1000), low: part(low, 1)}) == {"0/a": "loaded", "1/a": "loaded"}


def test_the_floor_counts_the_files_of_a_drop_together() -> None:
    first, north, south = receipt(0, "a", "A"), receipt(1, "n", "B"), receipt(1, "s", "C")
    assert statuses({first: part(first, 100), north: part(north, 9), south: part(south, 9)})["1/n"] == "loaded"
    held = outcomes({first: part(first, 100), north: part(north, 5), south: part(south, 5)})
    assert [o.status for o in held.values()] == ["loaded", "held", "held"]
    assert "--accept-drop registry/equipment/2024-01-02" in (held["1/n"].message or "")
    assert held["1/n"].read_count == 0


def test_an_accepted_drop_is_loaded_from_its_day_on_and_becomes_the_last_list() -> None:
    first, low, after = receipt(0, "a", "A"), receipt(1, "a", "B"), receipt(2, "a", "C")
    parts = {first: part(first, 100), low: part(low, 5), after: part(after, 6)}
    drop = {(*LIST, day(1)): day(20)}
    assert statuses(parts, drop) == {"0/a": "loaded", "1/a": "loaded", "2/a": "loaded"}
    assert outcomes(parts, drop)["1/a"].drop_accepted_on == day(20)
    assert statuses(parts, drop, known_on=day(20))["1/a"] == "loaded"
    assert statuses(parts, drop, known_on=day(19))["1/a"] == "held row_floor"


def page_of(of: Receipt, records: int, total: int | None, number: int | None = 1) -> Part:
    return replace(part(of, records), page_total=total, page_number=number, record_count=records)


def test_pages_are_counted_over_the_drop_and_copies_count_too() -> None:
    before, copy, second = receipt(0, "a", "A", PAGES), receipt(1, "a", "A", PAGES), receipt(1, "b", "B", PAGES)
    parts = {before: page_of(before, 2, 2), copy: page_of(copy, 2, 4), second: page_of(second, 2, 4, 2)}
    key = {r.part_key: p for r, p in parts.items()}
    whole = decide(parts, key, DATASETS, {}, Rows(records=4))
    assert [str(o.status) for o in whole] == ["loaded", "duplicate", "loaded"]
    short = decide(parts, key, DATASETS, {}, Rows(records=3))
    assert [(str(o.status), o.reason_code, o.read_count) for o in short] == [
        ("loaded", None, 2),
        ("held", "pages_missing", 0),
        ("held", "pages_missing", 0),
    ]


def test_what_is_held_for_its_pages_makes_no_copy_of_what_comes_later() -> None:
    short, later = receipt(0, "a", "A", PAGES), receipt(3, "a", "A", PAGES)
    parts = {short: page_of(short, 2, 3), later: page_of(later, 2, 2)}
    assert statuses(parts) == {"0/a": "held pages_missing", "3/a": "loaded"}
    drop = {(*PAGES, day(0)): day(9)}
    assert statuses(parts, drop) == {"0/a": "loaded", "3/a": "duplicate same_content"}
    assert statuses(parts, drop, known_on=day(8)) == {"0/a": "held pages_missing", "3/a": "loaded"}
    assert outcomes(parts, drop)["0/a"].drop_accepted_on == day(9)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([1, 3], "Missing up to the last page here (3): page 2."),
        ([2], "Missing up to the last page here (2): page 1."),
        ([1, 2], "No page up to the last one here (2) is missing: later pages are, or records moved"),
        ([0, 2], "Missing up to the last page here (2): page 1."),
        ([3, 3, 9, 5], "Missing up to the last page here (9): page 1-2, 4, 6-8."),
        ([1, 10**14], "Missing up to the last page here (100000000000000): page 2-99999999999999."),
        (list(range(1, 40, 2)), "page 2, 4, 6, 8, 10, 12, 14, 16 and 11 more."),
        ([1, None], "Which pages are missing is not known: not every page has a number."),
        ([None], "Which pages are missing is not known: not every page has a number."),
    ],
)
def test_the_numbers_of_the_pages_show_which_are_missing(numbers: list[int | None], said: str) -> None:
    receipts = [receipt(1, f"p{place}", f"C{place}", PAGES) for place in range(len(numbers))]
    parts = {of: page_of(of, 2, 100, number) for of, number in zip(receipts, numbers, strict=True)}
    records = 2 * len(numbers)
    decided = decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {}, Rows(records=records))
    for outcome in decided:
        message = outcome.message or ""
        assert message.startswith(
            f"platform/reports/2024-01-02 {outcome.receipt.file_name}: 各页写明共 100 条记录，只收到 {records} 条。"
        )
        assert f"{records} of the 100 records that its pages announce. " in message and said in message
        assert message.endswith(": firemark build --accept-drop platform/reports/2024-01-02")


def test_a_page_that_cannot_be_read_is_missing_and_keeps_its_reason() -> None:
    first, cut, mended = (receipt(1, name, name, PAGES) for name in ("p1", "p2", "p2"))
    mended = replace(mended, file_hash="mended")
    parts = {first: page_of(first, 2, 4), cut: part(cut, held="unreadable")}
    assert statuses(parts) == {"1/p1": "held pages_missing", "1/p2": "held unreadable"}
    assert "A page that cannot be read counts as missing: p2." in (outcomes(parts)["1/p1"].message or "")
    parts[mended] = page_of(mended, 2, 4, 2)
    key = {r.part_key: p for r, p in parts.items()}
    whole = decide(parts, key, DATASETS, {}, Rows(records=4))
    assert [(o.receipt.file_hash, str(o.status)) for o in whole] == [
        ("p1", "loaded"),
        ("mended", "loaded"),
        ("p2", "replaced"),
    ]
    short = decide(parts, key, DATASETS, {}, Rows(records=3))
    assert [(str(o.status), o.reason_code) for o in short] == [
        ("held", "pages_missing"),
        ("held", "pages_missing"),
        ("held", "unreadable"),
    ]
    assert "cannot be read" not in (short[0].message or "")


def test_known_on_shows_what_was_decided_then() -> None:
    parts = with_parts(receipt(0, "a", "X", EVENTS), receipt(3, "a", "Y", EVENTS))
    assert statuses(parts, known_on=day(2)) == {"0/a": "loaded"}


def test_repeats_move_to_the_duplicates_and_leave_the_floor() -> None:
    first, north, south = receipt(0, "a", "A"), receipt(1, "n", "B"), receipt(1, "s", "C")
    parts = {
        first: part(first, 100),
        north: part(north, 8),
        south: replace(part(south, 8), quarantined_count=1, read_count=9),
    }
    repeats = {north.part_key: Repeats(), south.part_key: Repeats(7, 1)}
    decided = decide(
        parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {(*LIST, day(1)): day(1)}, Rows(repeats)
    )
    last = decided[-1]
    assert (last.read_count, last.accepted_count, last.quarantined_count, last.duplicate_count) == (9, 1, 0, 8)
    assert [
        str(o.status) for o in decide(parts, {r.part_key: p for r, p in parts.items()}, DATASETS, {}, Rows(repeats))
    ] == [
        "loaded",
        "held",
        "held",
    ]


def naive(parts: Mapping[Receipt, Part]) -> dict[Receipt, str]:
    """The rules of sources.md again, file by file, without any state: an independent implementation."""
    result: dict[Receipt, str] = {}
    for current in sorted(parts):
        kind = DATASETS[(current.source, current.dataset)].kind
        before = [
            r for r in sorted(parts) if r < current and (r.source, r.dataset) == (current.source, current.dataset)
        ]
        lists = [listed for r in before if (listed := parts[r].list_as_of_on) and listed <= r.received_on]
        own = parts[current].list_as_of_on
        is_stale = own is not None and any(own < listed for listed in lists)
        is_copy = any(
            r.file_hash == current.file_hash
            and result[r] == "loaded"
            and (kind is not Kind.SNAPSHOT or r.received_on == current.received_on)
            for r in before
        )
        if parts[current].reason_code:
            result[current] = "held"
        elif is_copy:
            result[current] = "duplicate"
        else:
            result[current] = "held" if is_stale else "loaded"
    taken = {(*r.part_key[:3], r.file_name) for r, status in result.items() if status != "held"}
    return {
        r: "replaced" if parts[r].reason_code and (*r.part_key[:3], r.file_name) in taken else status
        for r, status in result.items()
    }


@st.composite
def histories(draw: st.DrawFn) -> dict[Receipt, Part]:
    """Receipts of both kinds. Equal bytes give equal parts; rows stay above any floor."""
    contents = {
        name: (draw(st.booleans()) and draw(st.booleans()), draw(st.none() | st.integers(0, 5))) for name in "PQRST"
    }
    parts = {}
    for _ in range(draw(st.integers(0, 12))):
        of = draw(st.sampled_from([LIST, EVENTS]))
        content = draw(st.sampled_from("PQRST"))
        is_held, list_on = contents[content]
        current = receipt(draw(st.integers(0, 4)), draw(st.sampled_from("abc")), content, of)
        parts[current] = part(
            current, held="unreadable" if is_held else None, list_on=None if is_held or of is EVENTS else list_on
        )
    return parts


@settings(max_examples=300, deadline=None)
@given(histories(), st.integers(0, 2**32))
def test_outcomes_follow_the_rules_in_any_order_of_arrival(parts: dict[Receipt, Part], seed: int) -> None:
    expected = outcomes(parts)
    shuffled = list(parts.items())
    random.Random(seed).shuffle(shuffled)
    assert outcomes(dict(shuffled)) == expected
    by_part = {r.part_key: p for r, p in parts.items()}
    decided = decide(parts, by_part, DATASETS, {}, nothing_repeats)
    assert {o.receipt: str(o.status) for o in decided} == naive(parts)


@settings(max_examples=100, deadline=None)
@given(histories(), st.integers(0, 4))
def test_a_build_as_known_then_equals_the_build_made_then(parts: dict[Receipt, Part], known: int) -> None:
    then = {r: p for r, p in parts.items() if r.received_on <= day(known)}
    assert outcomes(parts, known_on=day(known)) == outcomes(then)

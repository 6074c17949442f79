"""Whether a drop is loaded at all: the row floor of snapshots, the total that pages announce. Pure.

Belongs here: rules on a drop as a whole, and their messages. They do not apply to a drop that somebody accepted. Does not
belong here: single files (`ingestion.load_outcomes`), counting rows (`ingestion.drop_rows`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ingestion.bilingual import Bilingual

FLOOR_RATIO_PERCENT = 10  # sources.md: at most this share of the last snapshot's rows holds a drop
_RUNS_SHOWN = 8  # of page numbers


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why a drop is held. The command that accepts the drop follows `message`."""

    reason_code: str
    message: Bilingual


def below_floor(rows: int, quarantined: int, last_rows: int) -> Shortfall | None:
    """A list with far fewer usable rows than the last loaded one."""
    if not last_rows or rows * 100 > last_rows * FLOOR_RATIO_PERCENT:
        return None
    more = Bilingual("", "")
    if quarantined:
        more = Bilingual(f"（另有 {quarantined} 行会被隔离）", f" ({quarantined} more would be quarantined)")
    return Shortfall(
        "row_floor",
        Bilingual(
            f"可用数据只有 {rows} 行{more.zh}，上一份名单有 {last_rows} 行，请索取完整名单，或接受本批。",
            f"the drop has {rows} usable rows{more.en}, but the last loaded list had {last_rows}. Ask for the full list, or "
            "accept the drop",
        ),
    )


def missing_pages(
    records: int, total: int, page_numbers: Collection[int | None], unreadable: Collection[str]
) -> Shortfall | None:
    """Fewer records than the largest total of the pages. `unreadable`: names of files that cannot be read."""
    if records >= total:
        return None
    held = Bilingual("", "")
    if unreadable:
        names = _listed(sorted(unreadable))
        held = Bilingual(
            f"读不出的页算作缺少：{names.zh}。", f" A page that cannot be read counts as missing: {names.en}."
        )
    absent = _absent(page_numbers)
    return Shortfall(
        "pages_missing",
        Bilingual(
            f"各页写明共 {total} 条记录，只收到 {records} 条。{absent.zh}{held.zh}请把缺少的页放入同一文件夹，或照现状接受本批。",
            f"the drop has {records} of the {total} records that its pages announce. {absent.en}{held.en} Put the missing "
            "pages into the same folder, or accept the drop without them",
        ),
    )


def _absent(page_numbers: Collection[int | None]) -> Bilingual:
    """Which page numbers up to the last one are missing."""
    numbers = sorted({number for number in page_numbers if number is not None})
    if not numbers or None in page_numbers:
        return Bilingual(
            "有的页没有页码，无法知道缺哪几页。", "Which pages are missing is not known: not every page has a number."
        )
    # pages count from 1; a page 0, with which some systems begin, changes nothing
    gaps = zip([0, *numbers], numbers, strict=False)
    runs = [(before + 1, after - 1) for before, after in gaps if after - before > 1]
    if not runs:
        return Bilingual(
            f"到已收的最后一页（第 {numbers[-1]} 页）为止不缺页：缺的是其后的页，或者取页期间记录有变动（请全部重新获取）。",
            f"No page up to the last one here ({numbers[-1]}) is missing: later pages are, or records moved while the pages "
            "were fetched (then fetch all of them again).",
        )
    pages = _listed(str(start) if start == end else f"{start}-{end}" for start, end in runs)
    return Bilingual(
        f"到已收的最后一页（第 {numbers[-1]} 页）为止缺第 {pages.zh} 页。",
        f"Missing up to the last page here ({numbers[-1]}): page {pages.en}.",
    )


def _listed(names: Iterable[str]) -> Bilingual:
    names = list(names)
    shown, rest = names[:_RUNS_SHOWN], len(names) - _RUNS_SHOWN
    more = Bilingual(f"，另有 {rest} 个", f" and {rest} more") if rest > 0 else Bilingual("", "")
    return Bilingual("、".join(shown) + more.zh, ", ".join(shown) + more.en)

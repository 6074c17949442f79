"""What Dagster's pages show of every asset: its group by layer, and its owners.

Belongs here: names that several kinds of assets share. Does not belong here: descriptions of single assets (dbt's YAML),
results of runs.
"""

from __future__ import annotations

from collections.abc import Sequence

SOURCES, BUILD_INPUTS, REFERENCE, RELEASE = "sources", "build_inputs", "reference", "release"
_STAGING = "staging"  # one view per source table: its folders would only repeat the keys
_SHORT = {"intermediate": "int"}  # the prefix of its models; a longer name is cut in the graph

_DATA_TEAM = "team:data"
# Owners of groups; the data team owns all others. Teams only: people change.
_OWNERS = {
    "marts_credit": "team:supervision",
    "marts_supervision": "team:supervision",
    "marts_publication": "team:supervision",
    "marts_conflicts": "team:conflict_desk",
}


def group_of(folders: Sequence[str]) -> str:
    """The group of a model, by its folders below `models/`."""
    layer, *rest = folders
    return _STAGING if layer == _STAGING else "_".join((_SHORT.get(layer, layer), *rest))


def owners_of(group: str) -> list[str]:
    """The owners of the assets of a group."""
    return [_OWNERS.get(group, _DATA_TEAM)]


_BLOCKS = (
    "Nothing is released until this holds: the step `release` fails, and the last release stays. `firemark build` says how to "
    "see the rows."
)


def check_text(holds: str, why: str, what_to_do: str, *, is_blocking: bool) -> str:
    """The description of a check in its three parts, as Markdown."""
    return f"{holds}\n\n**Why:** {why}\n\n**What to do:** {what_to_do}{f' {_BLOCKS}' if is_blocking else ''}"

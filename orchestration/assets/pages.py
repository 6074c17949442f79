"""What Dagster's pages say of every asset alike: its group by layer, who answers for it, what it is kept as.

Belongs here: names that several kinds of asset share. Does not belong here: what one asset holds (dbt's YAML says it),
what a run finds.
"""

from __future__ import annotations

from collections.abc import Sequence

SOURCES, BUILD_INPUTS, REFERENCE, RELEASE = "sources", "build_inputs", "reference", "release"
_STAGING = "staging"  # one view per source table: its folders would say again what the keys say
_SHORT = {"intermediate": "int"}  # as its models begin; a longer name is cut in the graph

_DATA_TEAM = "team:data"
# Who is asked about a group; the data team is asked about every other one. Teams only: a person's address grows old.
_OWNERS = {
    "marts_credit": "team:supervision",
    "marts_supervision": "team:supervision",
    "marts_publication": "team:supervision",
    "marts_conflicts": "team:conflict_desk",
}


def group_of(folders: Sequence[str]) -> str:
    """The group of a model, by its folders under the models of the dbt project."""
    layer, *rest = folders
    return _STAGING if layer == _STAGING else "_".join((_SHORT.get(layer, layer), *rest))


def owners_of(group: str) -> list[str]:
    """Who answers for the assets of a group."""
    return [_OWNERS.get(group, _DATA_TEAM)]


_BLOCKS = (
    "Nothing is released until it holds: the step `release` refuses, and the last release stays. `firemark build` says how "
    "to see the rows."
)


def check_text(holds: str, why: str, what_to_do: str, *, is_blocking: bool) -> str:
    """The description of a check in its three parts, as Markdown."""
    return f"{holds}\n\n**Why:** {why}\n\n**What to do:** {what_to_do}{f' {_BLOCKS}' if is_blocking else ''}"

"""YAML of the program's own files, read and written by libyaml where it is installed: ten times as fast, the same text.

Does not belong here: YAML that strangers write (`rulebook.regime_yaml`).
"""

from __future__ import annotations

from typing import Any

import yaml

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def load_yaml(text: str | bytes) -> Any:
    """Plain values; null for an empty file."""
    return yaml.load(text, _Loader)  # noqa: S506 -- a safe loader


def dump_yaml(content: Any) -> str:
    """YAML with its keys as they come, Chinese readable, and no line folded."""
    text: str = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)
    return text

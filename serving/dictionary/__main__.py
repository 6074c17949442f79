"""`make dictionary`: writes the dictionary's labels and types into dbt's YAML. Does not belong here: what is written."""

from __future__ import annotations

import sys

from ingestion.settings import DBT_PROJECT
from serving.dictionary.dbt_yaml import rewritten


def main() -> None:
    """Rewrites what differs and names it."""
    files = rewritten()
    for path, text in files.items():
        path.write_text(text, "utf-8")
        sys.stdout.write(f"rewritten {path.relative_to(DBT_PROJECT)}\n")
    if not files:
        sys.stdout.write("dbt's YAML says what the dictionary says.\n")


if __name__ == "__main__":
    main()

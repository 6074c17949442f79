"""How a number is written: one form, for the rulebook's files and for people. Does not belong here: parsing, units."""

from __future__ import annotations

from decimal import Decimal


def number(value: Decimal) -> str:
    """A number as people write it: 90, not 90.00."""
    return f"{value.normalize():f}" if value else "0"

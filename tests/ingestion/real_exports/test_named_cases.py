"""Every case behind the kinds of `sources.md` ("What real exports do") is named by the docstring of a test that covers it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
FOLDERS = ("ingestion", "orchestration", "warehouse")

CASES = (
    *("c_quote_pair", "c_quote_pair_insurance"),  # K1
    *("b_placeholder_case", "v_slash_optional"),  # K2
    *("b_key_forms", "c_apostrophe", "c_pandas_floats", "v_code_as_date", "v_dispimg"),  # K3
    *("b_wrapped_ids", "x_text_dates_quote_prefix"),  # K4
    "v_id_elsewhere",  # K5
    *("j_missing_page", "b_missing_page"),  # K6
    *("b_quarantined_departure", "b_same_number"),  # K7
    "v_title_day",  # K8
    "b_operator_level",  # K9
    *("b_wrecked_name", "v_names"),  # K10
    *("c_pua_name", "c_utf8_odd"),  # K11
    *("x_backslash", "x_far_column", "x_dimension", "x_comment_inside", "x_gb_part", "x_nul_padded", "x_xlsm_utf16"),
    "x_dup_entries",  # K12, as those before it
    "x_cdata",  # K13
    *("v_count_units", "v_kangxi", "v_open_ended"),  # K14
    *("l_repeated_header_pages", "l_sequence_column"),  # K15
    *("j_null_records", "op_partial_copy"),  # K16
    *("op_home_paths", "op_locale"),  # K17
    "v_date_cells",  # K18
)


def said_by_tests() -> set[str]:
    """The words of the docstrings of all tests."""
    said: set[str] = set()
    for path in (path for folder in FOLDERS for path in (TESTS / folder).rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                said.update(re.findall(r"\w+", ast.get_docstring(node) or ""))
    return said


def test_every_case_is_named_by_a_test() -> None:
    assert set(CASES) - said_by_tests() == set()

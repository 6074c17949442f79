"""Lines never grow beyond a width counted in cells, and lose no character."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchestration.cli import wrapping
from orchestration.cli.wrapping import packed, padded, width_of

WORDS = st.lists(st.text("ab中文、，。 ", min_size=1, max_size=60), max_size=8)


@given(WORDS, st.integers(12, 100), st.sampled_from(["", "、", ", ", "  "]))
def test_no_line_is_wider_than_asked_and_none_loses_a_character(pieces: list[str], width: int, between: str) -> None:
    lines = packed(pieces, width, indent="    ", first="  1  ", between=between)
    assert all(cell_len(line) <= width for line in lines)
    kept = "".join("".join(line.split()) for line in lines)
    asked = "1" + between.strip().join(filter(None, ("".join(piece.split()) for piece in pieces if piece)))
    for char in "ab中文，。":
        assert kept.count(char) == asked.count(char)


def test_a_piece_stays_whole_where_it_fits_into_a_line() -> None:
    assert packed(["甲甲甲 a", "乙乙乙 b", "丙 c"], 16, indent="  ", first="x ", between="、") == [
        "x 甲甲甲 a、",
        "  乙乙乙 b、丙 c",
    ]


def test_a_long_piece_breaks_between_words_and_never_in_a_character() -> None:
    assert packed(["一二三四五 six seven"], 12, indent="  ", between="") == ["  一二三四五", "  six seven"]
    assert packed(["一二三四五六七"], 9, indent="  ", between="") == ["  一二三", "  四五六", "  七"]


@given(st.text("ab中文", max_size=40), st.integers(2, 40), st.booleans())
def test_padding_gives_exactly_the_width(text: str, width: int, to_right: bool) -> None:
    shown = padded(text, width, to_right=to_right)
    assert cell_len(shown) == width
    if cell_len(text) <= width:
        assert shown.strip() == text
    else:
        assert "…" in shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("columns", "width"), [("30", 40), ("80", 80), ("100", 100), ("300", 120)])
def test_lines_are_as_wide_as_a_terminal_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert width_of(Terminal()) == width


def test_a_pipe_has_a_width_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert width_of(io.StringIO()) == wrapping.PIPE_WIDTH == 100
    assert width_of(io.StringIO(), in_pipe=wrapping.UNWRAPPED) == wrapping.UNWRAPPED

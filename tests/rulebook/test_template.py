"""The regime to start from: it imports as it stands, and says every key, default and word of the grammar."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from rulebook import values
from rulebook.folder import read_folder
from rulebook.grammar import BLOCKS, REQUIRED
from rulebook.importing import import_regimes
from rulebook.problems import RulebookError
from rulebook.template import template, write_template
from tests.rulebook.workbooks import write_regime_workbook


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_template(tmp_path / "new.yaml")
    return tmp_path / "new.yaml"


def test_it_imports_as_it_stands(file: Path, tmp_path: Path) -> None:
    (imported,) = import_regimes([file], tmp_path / "rules")
    assert imported.rulebook_id == "my-city-1"
    assert len(read_folder(tmp_path / "rules").rows("items")) == 8


def test_as_a_workbook_it_gives_the_same_folder(file: Path, tmp_path: Path) -> None:
    document: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
    book = write_regime_workbook(tmp_path / "new.xlsx", document, chinese=True)
    import_regimes([file], tmp_path / "a")
    import_regimes([book], tmp_path / "b")
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def _section(block: str) -> str:
    return next(part for part in template().split("\n# ---- ") if f" {block}：" in part.splitlines()[0])


@pytest.mark.parametrize(("block", "name"), [(block, name) for block, keys in BLOCKS.items() for name in keys])
def test_every_key_is_explained_with_its_words_and_default(block: str, name: str) -> None:
    key = BLOCKS[block][name]
    (line,) = [
        line
        for line in _section(block).splitlines()
        if line.strip("# ").split(":")[0].split()[:1] == [name] and " / " in line
    ]
    assert ("必填 needed" in line) == (key.default is REQUIRED)
    if isinstance(key.read, values.OneOf | values.SomeOf):
        assert all(word in line for word in key.read.choices)
    if key.default is not REQUIRED and isinstance(key.default, str):
        assert f"default {key.default}" in line


@pytest.mark.parametrize(
    "word", ["items: [", "quantity: row", "points: row", "cap_per_check", "repeat_factor", "until_next", "own_year"]
)
def test_the_template_has_an_example_of_each_word_of_published_tables(word: str) -> None:
    assert any(word in line for line in template().splitlines() if line.lstrip().startswith("- {"))


def test_an_existing_file_is_not_overwritten(file: Path) -> None:
    file.write_text("mine", "utf-8")
    with pytest.raises(RulebookError, match="was not changed"):
        write_template(file)
    assert file.read_text("utf-8") == "mine"


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match="cannot be written"):
        write_template(tmp_path / "none" / "new.yaml")

"""A regime as YAML: the entries of its blocks, each with its line.

Belongs here: whether the file is YAML, and its blocks and keys. Does not belong here: values of a key (`grammar`), the
parts of a version (`regime_file`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from rulebook.grammar import BLOCKS, SINGLE, Entry, Said, unknown_key
from rulebook.problems import Place, Problem, RulebookError
from rulebook.values import Written

_NULL = "tag:yaml.org,2002:null"
_BOOL = "tag:yaml.org,2002:bool"
_MOST_BYTES = 4 << 20


def yaml_blocks(path: Path, problems: list[Problem]) -> tuple[Place, dict[str, list[Entry]]]:
    """The place of the document, and the entries of its blocks. Raises RulebookError if the file is not YAML."""
    document = _document(path)
    reader = _Reader(str(path), problems)
    blocks = reader.mapping(document, BLOCKS, "the file")
    return reader.place(document), {name: reader.entries(value, name) for name, (_, value) in blocks.items()}


class _Reader:
    """Reads one document and collects the problems of its shape."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems

    def place(self, node: yaml.Node, key: str | None = None) -> Place:
        return Place(self.file, node.start_mark.line + 1, key)

    def wrong(self, node: yaml.Node, code: str, message: str, remedy: str, key: str | None = None) -> None:
        self.problems.append(Problem(self.place(node, key), code, message, remedy))

    def mapping(self, node: yaml.Node, known: Iterable[str], what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """The keys of a mapping with the nodes of key and value; unknown and repeated keys are problems."""
        known = list(known)
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, "not_a_block", f"{what} is not a block of keys", f"Write keys: {', '.join(known)}.")
            return found
        for key_node, value_node in node.value:
            name = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            if name not in known:
                self.problems.append(unknown_key(self.place(key_node, name), what, name, known))
            elif name in found:
                self.wrong(key_node, "repeated_key", f"{what} has the key {name} twice", "Keep one of them.", name)
            else:
                found[name] = (key_node, value_node)
        return found

    def entries(self, node: yaml.Node, block: str) -> list[Entry]:
        """All entries of a block."""
        if block in SINGLE:
            nodes, what = [node], block
        elif isinstance(node, yaml.SequenceNode):
            nodes, what = node.value, f"an entry of {block}"
        else:
            self.wrong(node, "not_a_list", f"{block} is not a list", f"Write {block} as a list of entries.", block)
            return []
        return [
            Entry(
                self.place(entry),
                {
                    name: Said(self.place(key_node, name), self.place(value_node, name), _written(value_node))
                    for name, (key_node, value_node) in self.mapping(entry, BLOCKS[block], what).items()
                },
            )
            for entry in nodes
            if self._is_mapping(entry, block, what)
        ]

    def _is_mapping(self, node: yaml.Node, block: str, what: str) -> bool:
        if not isinstance(node, yaml.MappingNode):
            self.mapping(node, BLOCKS[block], what)
        return isinstance(node, yaml.MappingNode)


def _written(node: yaml.Node) -> Written | None:
    match node:
        case yaml.ScalarNode() if node.tag == _NULL:
            return None
        case yaml.ScalarNode():
            text = str(node.value)
            return Written(text, flag=text.lower() in ("true", "yes", "on") if node.tag == _BOOL else None)
        case yaml.SequenceNode():
            return Written(elements=tuple(_written(element) or Written("") for element in node.value))
        case _:
            return Written()


_FULL_WIDTH = re.compile("[：，｛｝［］“”　]")


def _remedy(text: str, line: int) -> str:
    """What to check in a text that is not YAML: full-width signs first, because they are easily overlooked."""
    lines = text.splitlines()
    for number in (line, line - 1):
        if 0 < number <= len(lines) and (signs := dict.fromkeys(_FULL_WIDTH.findall(lines[number - 1]))):
            return f"Line {number} has the full-width signs {' '.join(signs)}: type : , {{ }} [ ] in half width."
    return "Correct the line or the one above: indent with spaces, and put quotes around a text that holds : or #."


def _document(path: Path) -> yaml.Node:
    def refused(code: str, message: str, remedy: str, line: int | None = None) -> RulebookError:
        return RulebookError([Problem(Place(str(path), line), code, message, remedy)])

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise refused("unreadable", f"the file cannot be read ({error.strerror})", "Check the path.") from None
    if len(raw) > _MOST_BYTES:
        raise refused("too_large", "the file is larger than 4 MiB", "A regime is a few kilobytes; check the path.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refused("encoding", "the file is not UTF-8", "Save it as UTF-8.", line) from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise refused("yaml", f"not readable as YAML: {error.problem}", _remedy(text, line), line) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise refused("yaml", f"not readable as YAML: {error}", "Correct the file.") from None
    if node is None:
        raise refused("yaml", "the file is empty", "Write the blocks of a regime.", 1)
    return node

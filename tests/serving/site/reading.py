"""A page as a browser's parser reads it: elements, attributes, and texts with the elements around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "rect"}
# What holds data, which is nobody's to translate; and what a script turns into the other language.
DATA = {"bdi", "code", "time"}  # and a grade mark, `b.m`
TURNED = {"title", "option"}
_LETTERS = re.compile(r"[一-鿿]|[A-Za-z]{2,}")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def all(self, tag: str = "") -> list[Element]:
        """This element and those below it, in the order of the page."""
        below = [one for child in self.children if isinstance(child, Element) for one in child.all()]
        return [one for one in (self, *below) if tag in ("", one.tag)]

    def lineage(self) -> list[Element]:
        return [self, *(self.parent.lineage() if self.parent else [])]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self.at = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        made = Element(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.children.append(made)
        if tag not in VOID:
            self.at = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.at.tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)


def read(text: str) -> Element:
    """The page; every element that is opened is closed in its place."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is not closed"
    return reader.root


def one_sided(page: Element) -> list[str]:
    """Texts that stand in one language only: no data, in no pair, and turned by no script."""
    found = []
    for element in page.all():
        for child in element.children:
            if isinstance(child, str) and _LETTERS.search(child) and not _is_told(element):
                found.append(f"<{element.tag}> {child.strip()[:40]}")
        for attribute in ("aria-label", "title", "alt", "placeholder"):
            if attribute in element.attributes and "data-en-label" not in element.attributes:
                found.append(f"<{element.tag} {attribute}>")
    return found


def _is_told(element: Element) -> bool:
    for above in element.lineage():
        if above.tag in DATA or above.attributes.get("class", "").startswith("m "):
            return True
        if above.tag in TURNED:
            return bool(above.attributes.get("data-en"))  # the Chinese is the text itself
        if above.tag == "i" and above.attributes.get("lang", "zh") in ("zh", "en"):
            return _is_pair(above)
    return False


def _is_pair(element: Element) -> bool:
    """Whether a text of one language has the other right beside it."""
    assert element.parent is not None
    siblings = element.parent.children
    place = siblings.index(element)
    step, lang = (-1, None) if element.attributes.get("lang") == "en" else (1, "en")
    other = siblings[place + step] if 0 <= place + step < len(siblings) else None
    return (
        isinstance(other, Element)
        and other.tag == "i"
        and other.attributes.get("lang") == lang
        and bool(other.text.strip())
    )

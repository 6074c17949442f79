"""The agencies and people that a row of the sample city concerns, and where else these people are listed.

Belongs here: what the rows themselves say, derived in plain Python. Does not belong here: the SQL's answer, which is
compared with it (`test_missing_evidence`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ingestion.contract import Parse
from ingestion.privacy import PersonKeys
from tests.faults.holes import Result, Sent
from tests.ingestion.real_exports.builder import Row

_CODE = re.compile(r"(?<![0-9A-Z])9[0-9A-Z]{17}(?![0-9A-Z])")
_NUMBER = re.compile(r"[1-8]\d{16}[\dX]")
_JUDGED = re.compile(r"\w+:(.+)=(\w{18})")
# Datasets that show where a person works: in the others the agency beside a person is a payer, or the subject of a finding.
_LISTED = ("registry/personnel", "platform/reports")
AGENCIES = ("agency_id", "employer_a_id", "employer_b_id")
PEOPLE = ("person_key", "other_person_key")
# Columns whose numbers link a row to the agencies of other rows if its own code cannot be read.
_NUMBERS = {
    "platform/reports": (("bgbh",), ("htbh",), ("xmbh",)),
    "platform/contracts": (("htbh",), ("xmbh",)),
    "platform/checkins": (("bgbh",), ("xmbh",)),
    "inspections/checks": (("任务编号",), ("任务编号", "序号"), ("报告编号",), ("项目编号",)),
    "inspections/penalties": (("决定书文号",), ("项目编号",)),
    "complaints/hotline": (("工单编号",), ("原工单编号",), ("项目编号",)),
    "complaints/media": (("线索编号",),),
    "credit_desk/findings": (("认定编号",), ("来源编号",), ("报告编号",), ("项目编号",)),
    "credit_desk/merit_claims": (("文号",),),
    "credit_desk/repairs": (("认定编号",),),
    "registry/equipment": (("设备名称", "型号", "编号"),),
}


@dataclass(frozen=True)
class Reach:
    """Agencies, keys of people, and ids of conflicts and leads."""

    agencies: frozenset[str]
    people: frozenset[str]
    objects: frozenset[str]

    def holds(self, key: str, result: Result) -> bool:
        """Whether a result is about any of them."""
        row = result.row
        return (
            key in self.objects
            or any(row.get(column) in self.agencies for column in AGENCIES)
            or any(row.get(column) in self.people for column in PEOPLE)
        )


def _texts(row: Row) -> list[str]:
    return [str(cell) for cell in row.values() if cell is not None]


def _codes(row: Row) -> set[str]:
    return {code for text in _texts(row) for code in _CODE.findall(text)}


def _numbers_of(columns: Iterable[tuple[str, ...]], row: Row) -> set[str]:
    """The numbers in columns of a row; those of a list one by one."""
    return {
        number
        for names in columns
        if row.get(names[-1]) is not None
        for number in "-".join(str(row.get(name) or "") for name in names).split("、")
    }


class Whereabouts:
    """Names of agencies and whereabouts of people over all files of a city."""

    def __init__(self, files: Mapping[str, Iterable[Sent]], keys: PersonKeys) -> None:
        self.keys = keys
        rows = {place: [row for file in sent for row in file.drop.rows] for place, sent in files.items()}
        self.named: dict[str, set[str]] = defaultdict(set)  # by an agency's name, or a complaint's number
        for row in rows["registry/agencies"]:
            self.named[row["机构名称"]].add(row["统一社会信用代码"])
        for row in rows["credit_desk/decisions"]:
            if judged := _JUDGED.fullmatch(str(row["对象编号"])):
                self.named[judged[1]].add(judged[2])
        self.seen: dict[str, set[str]] = defaultdict(set)  # by a person's number
        issued: dict[str, set[str]] = defaultdict(set)
        for place in _LISTED:
            for row in rows[place]:
                for number in self._numbers(row):
                    self.seen[number] |= _codes(row)
        self.borne: dict[str, set[str]] = defaultdict(set)  # by a number
        for place, columns in _NUMBERS.items():
            for row in rows[place]:
                agencies = self._agencies(row)
                for number in _numbers_of(columns, row):
                    self.borne[number] |= agencies
        for row in rows["platform/reports"]:
            issued[row["bgbh"]] |= _codes(row)
        for row in rows["platform/checkins"]:
            for number in self._numbers(row):
                self.seen[number] |= issued[row["bgbh"]]

    def _agencies(self, row: Row) -> set[str]:
        return _codes(row).union(*(self.named[text] for text in _texts(row) if text in self.named))

    @staticmethod
    def _numbers(row: Mapping[str, Any]) -> set[str]:
        return {text for text in _texts(dict(row)) if _NUMBER.fullmatch(text)}

    def reach(self, file: Sent, row: Row) -> Reach:
        """What a good row names directly and through its people."""
        place = file.drop.dataset.id
        agencies = self._agencies(row).union(*map(self.borne.__getitem__, _numbers_of(_NUMBERS.get(place, ()), row)))
        numbers: set[str] = set()
        if any(column.parse is Parse.PERSON_ID for column in file.drop.dataset.columns):
            numbers = self._numbers(row)
        return Reach(
            frozenset(agencies.union(*(self.seen[number] for number in numbers))),
            frozenset(map(self.keys.person_key, numbers)),
            frozenset(text.lower() for text in _texts(row)),
        )

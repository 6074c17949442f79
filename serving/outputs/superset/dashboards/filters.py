"""The filters that dashboards have in common: by grade, district, service type, directory status and period.

Does not belong here: how a filter is written down (`layout`).
"""

from __future__ import annotations

from serving.dictionary import words_of
from serving.outputs.superset.assets import Dataset, Filter

PERIOD = Filter("期间 Period", None, None)
LISTED = ("published", "suspended")  # whom the directory lists (marts.md, publication.rpt_public_roster)


def grade(dataset: Dataset) -> Filter:
    """By the grade of today."""
    return Filter("等级 Grade", "state", dataset)


def district(dataset: Dataset) -> Filter:
    """By the district in which an agency is registered."""
    return Filter("登记地 District", "registered_region_name", dataset)


def service_type(dataset: Dataset) -> Filter:
    """By what an agency offers."""
    return Filter("服务类型 Service type", "service_type_zh", dataset)


def directory_status(dataset: Dataset) -> Filter:
    """By the status in the directory: at first those that are listed, as the public site shows them."""
    words = words_of("directory_status")
    return Filter("名录状态 Directory", "directory_status_zh", dataset, tuple(words[status][0] for status in LISTED))

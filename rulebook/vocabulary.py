"""The words that a rulebook may use, and the kind of each fact.

Belongs here: closed lists. Does not belong here: the effect of a word on a score (SQL), reading a file.
"""

from ingestion.sources import DATASETS

STATUSES = ("draft", "in_force", "repealed")
ROUNDINGS = ("none", "half_up")
CLOCK_STARTS = ("determined_on", "act_on")
WINDOW_LAST_DAYS = ("inclusive", "exclusive")
SAME_ACTS = ("max", "sum")

# Word in a file -> value in the tables.
WINDOWS = {
    "P1Y": "rolling_year",
    "rolling_year": "rolling_year",
    "calendar_year": "calendar_year",
    "quarter": "quarter",
    "state": "state",
    "lifetime": "lifetime",
    "until_next": "until_next",
    "own_year": "own_year",
}
AGGREGATIONS = ("sum", "sum_over_count", "latest", "max")

EFFECTS = ("points", "veto", "ceiling", "zero_component")
GRADE_EFFECTS = ("veto", "ceiling")

EVIDENCE = "evidence"
COUNT_FACTS = ("engineers", "engineers_level_1", "operators", "operators_intermediate", "floor_area")
CHECKS = "checks"
EVENT_FACTS = (CHECKS, "projects", "reports")
FACTS = (EVIDENCE, *COUNT_FACTS, *EVENT_FACTS)

# Where an item's points and quantity come from.
ITEM, ROW = "item", "row"
POINTS_FROM = (ITEM, ROW)
QUANTITIES = ("one", ROW)

# What makes an agency rated: its start, its first event of a fact, or its first line.
RATED_FROM = ("start", CHECKS, "reports", "determination")

CHANNELS = ("document_review", "supervision_check", "verified_complaint", "acceptance", "county_department")
LEVEL_CODES = ("national", "provincial", "municipal")

NATURAL_REPAIRS = ("expiry", "none")
EFFECTIVE_ONS = ("approved_on",)
ADD_BACKS = ("full_item",)
TRIGGERS = ("while", "on_enter", "quarter_end", "year_end", "calendar_year")

# Words of the exports that a rulebook may name: as in the exports -> as in the tables.
CHECK_TYPES = dict(DATASETS[("inspections", "checks")].column("check_type").choices)
REGISTRY_STATUSES = dict(DATASETS[("registry", "agencies")].column("registry_status").choices)

# Joins the elements of a list inside one cell.
SEPARATOR = "、"

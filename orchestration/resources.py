"""The Dagster resource that the assets share. Does not belong here: what it holds (`building.workbench`)."""

from __future__ import annotations

import dagster as dg

from orchestration.building.workbench import Workbench

# A plain object: it has a process and a lock, nothing that a run's configuration could say.
Bench = dg.ResourceParam[Workbench]

"""What a server is for: the widest of its readers. A module of its own, so that the command line can name them cheaply."""

from __future__ import annotations

from serving.audiences import Audience

AUDIENCES = {"public": Audience.PUBLIC, "bi": Audience.BI, "conflicts": Audience.CONFLICT_DESK}
DEFAULT_AUDIENCE = "bi"

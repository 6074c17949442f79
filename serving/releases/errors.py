"""Why a release cannot be read. A module of its own: who only words these errors loads no database."""

from __future__ import annotations

from ingestion.settings import ConfigurationError


class NoReleaseError(ConfigurationError):
    """The home has no release yet."""


class UnreadableReleaseError(ConfigurationError):
    """The release is damaged: only building it again helps."""

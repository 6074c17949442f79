"""The synthetic city."""

from ingestion.sample_city.city import CitySummary, write_city

__all__ = ["CitySummary", "write_city"]

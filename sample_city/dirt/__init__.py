"""Dirt in exports: every kind of sources.md, "Dirt that must be survived", each with its truth.

Belongs here: everything that a clean export writes differently. Does not belong here: true rows. The clean and the dirty
city have the same truth.
"""

from sample_city.dirt.dirty_files import write_dirty_files
from sample_city.dirt.file_dirt import CityDirt, FileDirt
from sample_city.dirt.kinds import Note

__all__ = ["CityDirt", "FileDirt", "Note", "write_dirty_files"]

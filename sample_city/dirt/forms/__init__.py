"""The forms in which people and programs write a true cell, by what stands in it.

Belongs here: how one cell looks. Does not belong here: which datasets show which forms (`styles`), which row of a file
gets which form (`file_dirt`).
"""

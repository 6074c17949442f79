"""The forms in which people and programs write a true cell, by the kind of its value.

Belongs here: writing one cell. Does not belong here: the forms of each dataset (`styles`), which row of a file gets which
form (`file_dirt`).
"""

"""One build, from what was asked to a release: the request, the steps, the frozen lists, what-if, the processes beside.

A part of the scoring revision. Imports no dagster: Dagster's nouns call the steps.
"""

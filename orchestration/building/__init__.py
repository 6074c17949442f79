"""One build, from request to release: the steps, the frozen lists, what-if, and the helper processes.

Part of the scoring revision. Imports no dagster: Dagster's assets call the steps.
"""

"""`python -m orchestration.cli`: the same as `firemark`."""

from orchestration.cli import main

main(prog_name="firemark")

"""The Dagster assets, one module per step of the build. Thin: each calls one function of `orchestration.building`."""

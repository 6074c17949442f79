"""`firemark status`: the state of a home on one screen. Does not belong here: queries (`serving`), alerts."""

from __future__ import annotations

from typing import Any

import click

from orchestration.cli.notes import print_ignored, print_later, print_unrated
from orchestration.cli.options import command, home_settings
from orchestration.cli.render import print_table, visible
from serving.cells import json_text


@command()
@click.option("--format", "fmt", type=click.Choice(("table", "json")), default="table", show_default=True)
def status(fmt: str) -> None:
    """The last release, freshness per dataset, failed checks, data issues, overdue tasks."""
    from dataclasses import asdict

    from orchestration.operations import attempts
    from serving import queries
    from serving.outputs.publishing import last_publications
    from serving.releases.opened import open_release

    settings = home_settings()
    with open_release(settings) as opened:
        described = opened.description
        found: dict[str, Any] = {
            "release_id": described["release_id"],
            "as_of_on": described["as_of_on"],
            "known_on": described["known_on"],
            "released_at": described["released_at"],
            "rulebook_id": described["rulebook_id"],
            "is_provisional": described["is_provisional"],
            "freshness": queries.freshness(opened),
            "failed_checks": queries.failed_checks(opened),
            "data_issues": queries.issue_counts(opened),
            "quarantined_rows_of_nobody": queries.unattributed_rows(opened),
            "overdue_tasks": queries.overdue_count(opened),
            "unrated_agencies": queries.unrated_agencies(opened),
            "later_than_as_of": queries.later_than_as_of(opened),
            "changed_lists": described.get("changed_lists", []),
            "publications": [asdict(one) for one in last_publications(settings)],
            "last_build": attempts.last(settings),
        }
    if fmt == "json":
        click.echo(json_text(found))
        return
    known = f", known on {found['known_on']}" if found["known_on"] else ""
    click.echo(
        f"release {found['release_id']}  as of {found['as_of_on']}{known}  released {found['released_at']}  "
        f"rulebook {found['rulebook_id']}{' (provisional)' if found['is_provisional'] else ''}"
    )
    for line in attempts.described(settings):
        click.echo(visible(line))
    freshness = found["freshness"]
    print_table(freshness, tuple(freshness[0]) if freshness else ())
    print_later(found["later_than_as_of"])
    print_ignored((found["last_build"] or {}).get("ignored", []))
    if found["failed_checks"]:
        print_table(found["failed_checks"], tuple(found["failed_checks"][0]))
    else:
        click.echo("这次发布的检查全部通过 All checks of this release passed.")
    for changed in found["changed_lists"]:
        click.echo(visible(f"与已公布名单不同 differs from the published list: {changed}"))
    for one in found["publications"]:
        did = "已推送 published" if one["is_published"] else f"推送失败 not published after {one['try_count']} tries"
        told = ", ".join(filter(None, (did, one["release_id"], one["published_at"], one["place"])))
        click.echo(visible(f"{one['output']}: {told}: {one['message']}"))
    if found["data_issues"]:
        said = ", ".join(f"{row['issue_code']} {row['issue_count']}" for row in found["data_issues"])
        click.echo(f"待核问题 data issues (quality.fct_data_issues): {said}")
    for row in found["quarantined_rows_of_nobody"]:
        click.echo(
            f"{row['source']}/{row['dataset']}: {row['row_count']} 行被隔离且对象不明 quarantined rows name nobody for "
            f"certain, the last received on {row['received_on']}: it is not known whose evidence they are. "
            f"See firemark quarantine --dataset {row['dataset']}"
        )
    print_unrated(found["unrated_agencies"], "未评机构 unrated agencies:")
    if found["overdue_tasks"] is not None:
        click.echo(f"逾期任务 overdue tasks: {found['overdue_tasks']}")

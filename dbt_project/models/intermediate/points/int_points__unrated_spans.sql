-- When an agency has no grade (format.md, rated_from and unrated_status). Before its first event of the kind that the
-- version of the day names it has no score either; under a status that the version names it keeps its score.
with

versions as (

    select * from {{ ref('int_points__versions') }}

),

rated_types as (

    select * from {{ ref('stg_rulebook__rated_types') }}

),

unrated_statuses as (

    select * from {{ ref('stg_rulebook__unrated_statuses') }}

),

checks as (

    select * from {{ ref('stg_inspections__checks') }}
    where checked_on is not null

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

events as (

    select * from {{ ref('int_points__fact_events') }}

),

evidence_rows as (

    select * from {{ ref('int_points__rows') }}

),

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

first_version as (

    select min(effective_from_on) as effective_from_on
    from versions

),

type_lists as (

    select
        rulebook_id,
        {{ joined_text('check_type', '、', ['check_type']) }} as check_types
    from rated_types
    group by rulebook_id

),

-- a version that names no type means checks of every type
rating_checks as (

    select
        versions.version_number,
        rated_types.check_type
    from versions
    left join rated_types on versions.rulebook_id = rated_types.rulebook_id
    where versions.rated_from = 'checks'

),

-- a check happens once, on its earliest day: a check that began before the first version never counts
{{ task_days('rating_checks', ['version_number']) }},

rating_days as (

    select
        task_days.version_number,
        task_days.agency_id,
        {{ instant('task_days.occurred_on', 'fact') }} as rated_instant
    from task_days
    inner join first_version on task_days.occurred_on >= first_version.effective_from_on

    union all

    select
        versions.version_number,
        events.agency_id,
        {{ instant('events.occurred_on', 'fact') }} as rated_instant
    from versions
    inner join events on versions.rated_from = events.fact_code
    where versions.rated_from = 'reports'

    union all

    select
        versions.version_number,
        evidence_rows.agency_id,
        {{ instant('evidence_rows.determined_on', 'determination') }} as rated_instant
    from versions
    inner join evidence_rows
        on versions.rated_from = 'determination' and evidence_rows.row_state in ('scores', 'disputed')

),

first_ratings as (

    select
        version_number,
        agency_id,
        min(rated_instant) as rated_instant
    from rating_days
    group by version_number, agency_id

),

unscored as (

    select
        starts.agency_no,
        versions.from_instant,
        least(coalesce(first_ratings.rated_instant, {{ end_of_time() }}), versions.until_instant) as until_instant,
        false as has_score,
        versions.rulebook_id,
        versions.rated_from as waits_for,
        case when versions.rated_from = 'checks' then type_lists.check_types end as check_types,
        cast(null as {{ dbt.type_string() }}) as registry_status
    from versions
    cross join starts
    left join first_ratings
        on versions.version_number = first_ratings.version_number and starts.agency_id = first_ratings.agency_id
    left join type_lists on versions.rulebook_id = type_lists.rulebook_id
    where versions.rated_from <> 'start'

),

-- a drop without a status leaves the last status unchanged
statuses as (

    select
        agency_id,
        received_on,
        registry_status,
        lead(received_on) over (partition by agency_id order by received_on) as next_received_on
    from agency_drops
    where registry_status is not null

),

suspended as (

    select
        starts.agency_no,
        greatest({{ instant('statuses.received_on', 'fact') }}, versions.from_instant) as from_instant,
        least(
            coalesce({{ instant('statuses.next_received_on', 'fact') }}, {{ end_of_time() }}), versions.until_instant
        ) as until_instant,
        true as has_score,
        versions.rulebook_id,
        {{ absent(dbt.type_string(), ['waits_for', 'check_types']) }},
        statuses.registry_status
    from statuses
    inner join unrated_statuses on statuses.registry_status = unrated_statuses.registry_status
    inner join versions on unrated_statuses.rulebook_id = versions.rulebook_id
    inner join starts on statuses.agency_id = starts.agency_id

),

spans as (

    select * from unscored
    union all
    select * from suspended

),

final as (

    select * from spans
    where from_instant < until_instant

)

select * from final

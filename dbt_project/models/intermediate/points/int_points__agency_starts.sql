-- The day on which each score history begins (credit.md 6.8). Evidence that does not score starts no history.
with

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

evidence_rows as (

    select * from {{ ref('int_points__rows') }}

),

events as (

    select * from {{ ref('int_points__fact_events') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

listed as (

    select
        agency_id,
        least(submitted_on, published_on, first_drop_on) as begins_on
    from agencies
    where first_drop_on is not null

),

scored as (

    select
        agency_id,
        min(determined_on) as begins_on
    from evidence_rows
    where row_state in ('scores', 'disputed')
    group by agency_id

),

known as (

    select * from listed
    union all
    select * from scored

),

scored_events as (

    select
        events.agency_id,
        min(events.occurred_on) as begins_on
    from events
    inner join known on events.agency_id = known.agency_id
    where events.is_scored
    group by events.agency_id

),

begun as (

    select * from known
    union all
    select * from scored_events

),

first_version as (

    select min(effective_from_on) as effective_from_on
    from versions

),

earliest as (

    select
        begun.agency_id,
        greatest(min(begun.begins_on), min(first_version.effective_from_on)) as starts_on
    from begun
    cross join first_version
    group by begun.agency_id

),

final as (

    select
        agency_id,
        cast(row_number() over (order by agency_id) as integer) as agency_no,
        starts_on,
        {{ instant('starts_on', 'start') }} as start_instant
    from earliest

)

select * from final

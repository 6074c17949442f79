-- Both sides only move at change points, so the sums are compared there: where a line begins or ends, and where a span of
-- the history begins.
with

ledger as (

    select * from {{ ref('fct_point_ledger') }}
    where line_kind not in ('void', 'not_scored')

),

history as (

    select * from {{ ref('fct_score_history') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

starts as (

    select
        agency_id,
        min(valid_from_on) as starts_on
    from history
    group by agency_id

),

line_moves as (

    select
        agency_id,
        valid_from_on as moved_on,
        points
    from ledger
    union all
    select
        agency_id,
        valid_until_on as moved_on,
        -points as points
    from ledger
    where valid_until_on is not null

),

base_moves as (

    select
        starts.agency_id,
        greatest(versions.effective_from_on, starts.starts_on) as moved_on,
        {{ from_hundredths('versions.base_hundredths') }}
        - coalesce(
            lag({{ from_hundredths('versions.base_hundredths') }}) over (
                partition by starts.agency_id order by versions.version_number
            ),
            0
        ) as points
    from starts
    cross join versions

),

moves as (

    -- without a history, the points of its lines are a score that nobody shows
    select
        line_moves.agency_id,
        greatest(line_moves.moved_on, coalesce(starts.starts_on, line_moves.moved_on)) as moved_on,
        line_moves.points,
        0 as unscored_count
    from line_moves
    left join starts on line_moves.agency_id = starts.agency_id

    union all

    select
        agency_id,
        moved_on,
        points,
        0 as unscored_count
    from base_moves

    union all

    {{ score_moves('history') }}

),

{{ compared_sums() }},

final as (

    select
        agency_id,
        moved_on,
        points
    from compared
    where points <> 0 and unscored_count = 0

)

select * from final

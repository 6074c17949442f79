/* What the public reads adds up to the score on every day from as_of_on on that has one (marts.md, Public ledger), for each
agency that the directory shows the public and each that the public ledger names. Both sides only move where a row or a
span begins or ends, so they are compared there. */
with

build as (

    select * from {{ ref('int_build_requested') }}

),

public_ledger as (

    select * from {{ ref('rpt_public_ledger') }}

),

agencies as (

    select * from {{ ref('dim_agencies') }}

),

known_agencies as (

    select agency_id from public_ledger
    union
    select agency_id from agencies
    where directory_status in ('published', 'suspended', 'exited')

),

history as (

    select
        score_history.agency_id,
        greatest(score_history.valid_from_on, build.as_of_on) as valid_from_on,
        score_history.score
    from {{ ref('fct_score_history') }} as score_history
    inner join build on score_history.valid_until_on is null or score_history.valid_until_on > build.as_of_on
    inner join known_agencies on score_history.agency_id = known_agencies.agency_id

),

starts as (

    select
        agency_id,
        min(valid_from_on) as starts_on
    from history
    group by agency_id

),

moves as (

    select
        agency_id,
        valid_from_on as moved_on,
        points,
        0 as unscored_count
    from public_ledger

    union all

    select
        agency_id,
        valid_until_on as moved_on,
        -points as points,
        0 as unscored_count
    from public_ledger
    where valid_until_on is not null

    union all

    {{ score_moves('history') }}

),

{{ compared_sums() }},

-- before an agency's start nothing adds up to anything
final as (

    select
        compared.agency_id,
        compared.moved_on,
        compared.points
    from compared
    left join starts on compared.agency_id = starts.agency_id
    where
        compared.points <> 0
        and compared.unscored_count = 0
        and (starts.starts_on is null or compared.moved_on >= starts.starts_on)

)

select * from final

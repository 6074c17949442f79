with

build as (

    select * from {{ ref('int_build_requested') }}

),

agencies as (

    select * from {{ ref('dim_agencies') }}

),

score_history as (

    select * from {{ ref('fct_score_history') }}

),

grade_spans as (

    select
        score_history.agency_id,
        score_history.valid_from_on,
        score_history.valid_until_on,
        score_history.score,
        score_history.grade,
        score_history.is_provisional,
        lag(score_history.grade) over (
            partition by score_history.agency_id
            order by score_history.valid_from_on
        ) as previous_grade
    from score_history
    inner join build
        on score_history.valid_from_on <= build.as_of_on

),

dated as (

    select
        *,
        max(case when coalesce(previous_grade, '') <> coalesce(grade, '') then valid_from_on end) over (
            partition by agency_id
        ) as since_on
    from grade_spans

),

present as (

    select dated.*
    from dated
    inner join build
        on dated.valid_until_on is null or dated.valid_until_on > build.as_of_on

),

final as (

    select
        agencies.agency_id,
        agencies.agency_name,
        agencies.directory_status,
        agencies.service_type,
        present.score,
        present.grade,
        present.since_on,
        coalesce(present.is_provisional, false) as is_provisional
    from agencies
    left join present
        on agencies.agency_id = present.agency_id
    where agencies.directory_status in ('published', 'suspended')

)

select * from final

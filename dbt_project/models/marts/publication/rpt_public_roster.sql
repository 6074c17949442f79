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

present as (

    select score_history.*
    from score_history
    inner join build
        on
            score_history.valid_from_on <= build.as_of_on
            and (score_history.valid_until_on is null or score_history.valid_until_on > build.as_of_on)

),

final as (

    select
        agencies.agency_id,
        agencies.agency_name,
        agencies.directory_status,
        agencies.service_type,
        present.score,
        present.grade,
        present.grade_since_on as since_on,
        coalesce(present.is_provisional, false) as is_provisional
    from agencies
    left join present
        on agencies.agency_id = present.agency_id
    where agencies.directory_status in ('published', 'suspended')

)

select * from final

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

-- before the first version begins there is no score yet; what will be in force says whether it is provisional
first_versions as (

    select is_provisional from {{ ref('int_points__versions') }}
    where version_number = 1

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
        coalesce(present.is_provisional, first_versions.is_provisional) as is_provisional,
        agencies.is_evidence_incomplete,
        agencies.incomplete_because,
        agencies.last_changed_on,
        agencies.last_checked_on,
        agencies.first_seen_on,
        present.score_grade_reason
    from agencies
    cross join first_versions
    left join present
        on agencies.agency_id = present.agency_id
    where agencies.directory_status in ('published', 'suspended')

)

select * from final

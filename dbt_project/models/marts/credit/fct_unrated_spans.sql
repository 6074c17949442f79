-- Why an agency is unrated on a day: the event that its rating waits for, or its status in the directory.
with

unrated_spans as (

    select * from {{ ref('int_points__unrated_spans') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

dated as (

    select
        starts.agency_id,
        greatest({{ instant_day('unrated_spans.from_instant') }}, starts.starts_on) as valid_from_on,
        {{ instant_end_day('unrated_spans.until_instant') }} as valid_until_on,
        case when unrated_spans.has_score then 'unrated_status' else 'rated_from' end as unrated_because,
        unrated_spans.waits_for,
        unrated_spans.check_types,
        unrated_spans.registry_status,
        unrated_spans.rulebook_id
    from unrated_spans
    inner join starts on unrated_spans.agency_no = starts.agency_no

),

final as (

    select * from dated
    where valid_until_on is null or valid_until_on > valid_from_on

)

select * from final

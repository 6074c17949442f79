-- Why an agency is unrated on a day: what its rating waits for, or what the directory shows.
with

unrated_spans as (

    select * from {{ ref('int_points__unrated_spans') }}

),

rated_types as (

    select * from {{ ref('stg_rulebook__rated_types') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

type_lists as (

    select
        rulebook_id,
        {{ joined_text('check_type', '、', ['check_type']) }} as check_types
    from rated_types
    group by rulebook_id

),

dated as (

    select
        starts.agency_id,
        greatest({{ instant_day('unrated_spans.from_instant') }}, starts.starts_on) as valid_from_on,
        {{ instant_end_day('unrated_spans.until_instant') }} as valid_until_on,
        case when unrated_spans.has_score then 'unrated_status' else 'rated_from' end as unrated_because,
        unrated_spans.waits_for,
        case when unrated_spans.waits_for = 'checks' then type_lists.check_types end as check_types,
        unrated_spans.registry_status,
        unrated_spans.rulebook_id
    from unrated_spans
    inner join starts on unrated_spans.agency_no = starts.agency_no
    left join type_lists on unrated_spans.rulebook_id = type_lists.rulebook_id

),

final as (

    select * from dated
    where valid_until_on is null or valid_until_on > valid_from_on

)

select * from final

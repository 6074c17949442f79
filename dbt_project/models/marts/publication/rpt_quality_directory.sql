-- As of the last day of each quarter that has ended by as_of_on.
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

measures as (

    select * from {{ ref('fct_measures') }}

),

measure_kinds as (

    select * from {{ ref('measures') }}

),

spans as (

    select
        measures.agency_id,
        measure_kinds.use_code,
        measures.valid_from_on,
        measures.valid_until_on,
        build.as_of_on
    from measures
    inner join measure_kinds
        on measures.measure_code = measure_kinds.measure_code
    cross join build
    where
        measure_kinds.use_code in ('directory_listing', 'directory_priority')
        and measures.valid_from_on <= build.as_of_on

),

-- quarters counted from year 0; the first day after the quarter tells its last
quarter_numbers as (

    select
        agency_id,
        use_code,
        valid_from_on,
        valid_until_on,
        as_of_on,
        {{ integers_between(
            'floor(' ~ month_index('valid_from_on') ~ ' / 3)',
            'floor(' ~ month_index('least(coalesce(valid_until_on, as_of_on), as_of_on)') ~ ' / 3)'
        ) }} as quarter_number
    from spans

),

quarter_ends as (

    select
        agency_id,
        use_code,
        valid_from_on,
        valid_until_on,
        as_of_on,
        quarter_number,
        {{ add_days(month_from_index('quarter_number * 3 + 3'), -1) }} as quarter_last_on
    from quarter_numbers

),

listed as (

    select
        agency_id,
        quarter_number,
        quarter_last_on,
        max(case when use_code = 'directory_listing' then 1 else 0 end) as is_listed,
        max(case when use_code = 'directory_priority' then 1 else 0 end) as is_priority
    from quarter_ends
    where
        quarter_last_on <= as_of_on
        and quarter_last_on >= valid_from_on
        and (valid_until_on is null or quarter_last_on < valid_until_on)
    group by agency_id, quarter_number, quarter_last_on

),

final as (

    select
        concat(
            cast(extract(year from listed.quarter_last_on) as {{ dbt.type_string() }}), 'Q',
            cast(extract(quarter from listed.quarter_last_on) as {{ dbt.type_string() }})
        ) as period,
        listed.agency_id,
        agencies.agency_name,
        score_history.score,
        score_history.grade,
        listed.is_priority = 1 as priority_service,
        score_history.is_provisional
    from listed
    inner join score_history
        on
            listed.agency_id = score_history.agency_id
            and listed.quarter_last_on >= score_history.valid_from_on
            and (score_history.valid_until_on is null or listed.quarter_last_on < score_history.valid_until_on)
    left join agencies
        on listed.agency_id = agencies.agency_id
    where listed.is_listed = 1

)

select * from final

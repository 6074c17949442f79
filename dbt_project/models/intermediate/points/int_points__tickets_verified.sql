-- The check that verified a complaint (credit.md 6.3): the first of the same agency and project on or after the day of
-- the ticket, and not after its determination. Without a range join: all days are put in one order (tickets before
-- checks of the same day), and each ticket takes the next check.
with

evidence as (

    select * from {{ ref('int_points__evidence') }}

),

days as (

    select
        row_key,
        agency_id,
        project_no,
        accepted_on as day_on,
        determined_on,
        0 as is_check,
        cast(null as {{ dbt.type_string() }}) as check_order
    from evidence
    where dataset = 'hotline' and project_no is not null

    union all

    select
        row_key,
        agency_id,
        project_no,
        verified_on as day_on,
        cast(null as date) as determined_on,
        1 as is_check,
        concat(cast(verified_on as {{ dbt.type_string() }}), '|', row_key) as check_order
    from evidence
    where verified_on is not null and project_no is not null

),

days_ahead as (

    select
        row_key,
        agency_id,
        determined_on,
        is_check,
        min(check_order) over (
            partition by agency_id, project_no
            order by day_on, is_check, row_key
            rows between current row and unbounded following
        ) as next_check_order
    from days

),

final as (

    select
        row_key,
        agency_id,
        substr(next_check_order, 12) as check_row_key
    from days_ahead
    where is_check = 0 and cast(substr(next_check_order, 1, 10) as date) <= determined_on

)

select * from final

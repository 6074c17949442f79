-- Since when a row has been under its present objection: its ledger may have shown an earlier objection that ended. Of
-- a row's versions in one drop the last counts; a row keeps its status until a drop shows another.
with

disputed as (

    select distinct
        dataset,
        row_key
    from {{ ref('int_points__rows') }}
    where row_state = 'disputed'

),

statuses as (

    select * from {{ ref('stg_lake__statuses_received') }}

),

received as (

    select statuses.*
    from statuses
    inner join disputed
        on
            statuses.dataset = disputed.dataset
            and statuses.row_key = disputed.row_key

),

shown as (

    {{ latest_rows('received', key='dataset, row_key, received_on') }}

),

compared as (

    select
        dataset,
        row_key,
        received_on,
        coalesce(status_code, '') as status_code,
        lag(coalesce(status_code, '')) over (
            partition by dataset, row_key order by received_on
        ) as previous_status_code
    from shown

),

-- the last run is the present one
final as (

    select
        dataset,
        row_key,
        max(received_on) as disputed_since_on
    from compared
    where previous_status_code is null or previous_status_code <> status_code
    group by dataset, row_key

)

select * from final

{{ config(materialized='view') }}

with

measures as (

    select * from {{ ref('stg_rulebook__measures') }}

),

final as (

    select
        rulebook_id,
        grade,
        measure_code,
        trigger_code,
        n,
        due_working_days,
        is_provisional
    from measures

)

select * from final

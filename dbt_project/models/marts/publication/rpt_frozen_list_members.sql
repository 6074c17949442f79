with

members as (

    select * from {{ ref('stg_lake__frozen_list_members') }}

),

final as (

    select
        list_code,
        period,
        agency_id,
        agency_name,
        score,
        grade,
        is_provisional
    from members

)

select * from final

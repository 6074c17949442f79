with

received as (

    select * from {{ source('lake', 'frozen_list_members') }}

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
    from received

)

select * from final

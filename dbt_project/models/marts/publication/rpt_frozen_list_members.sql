with

members as (

    select * from {{ ref('int_list_members_frozen') }}

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

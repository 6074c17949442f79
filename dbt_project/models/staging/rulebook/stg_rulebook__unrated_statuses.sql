with

received as (

    select * from {{ source('rulebook', 'unrated_statuses') }}

),

final as (

    select
        rulebook_id,
        registry_status
    from received

)

select * from final

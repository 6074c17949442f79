with

received as (

    select * from {{ source('lake', 'build_parameters') }}

),

final as (

    select
        as_of_on,
        known_on,
        regime_code
    from received

)

select * from final

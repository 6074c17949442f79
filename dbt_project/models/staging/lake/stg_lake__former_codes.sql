with

received as (

    select * from {{ source('lake', 'former_codes') }}

),

final as (

    select
        source,
        dataset,
        code,
        former_code
    from received

)

select * from final

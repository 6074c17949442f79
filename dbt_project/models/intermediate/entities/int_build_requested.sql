-- Marts never read staging; they read the evaluation day from here.
with

build_parameters as (

    select * from {{ ref('stg_lake__build_parameters') }}

),

final as (

    select
        as_of_on,
        known_on,
        regime_code
    from build_parameters

)

select * from final

{{ config(materialized='view') }}

with

loads as (

    select * from {{ ref('stg_lake__loads') }}

),

final as (

    select * from loads

)

select * from final

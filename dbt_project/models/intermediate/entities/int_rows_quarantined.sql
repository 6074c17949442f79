{{ config(materialized='view') }}

with

quarantined_rows as (

    select * from {{ ref('stg_lake__quarantined_rows') }}

),

final as (

    select * from quarantined_rows

)

select * from final

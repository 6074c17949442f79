-- The devices on each equipment list. An unreadable row is no loss: the agency's devices stay, as last read.
with

staged as (

    select * from {{ ref('stg_registry__equipment') }}

),

carried as (

    select * from {{ ref('int_rows_carried') }}
    where dataset = 'equipment'

),

final as (

    {{ listed_rows(['agency_id', 'valid_until_on']) }}

)

select * from final

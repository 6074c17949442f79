-- The devices on each equipment list. A row that could not be read is no loss: the agency's devices are there as last read.
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

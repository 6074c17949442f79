with

ledger as (

    select * from {{ ref('fct_point_ledger') }}
    where line_kind <> 'cap_adjustment'

),

loaded as (

    select distinct
        source,
        dataset,
        file_hash
    from {{ ref('fct_loads') }}
    where status = 'loaded'

)

select
    ledger.line_id,
    ledger.line_kind,
    ledger.source,
    ledger.dataset,
    ledger.source_key,
    ledger.file_hash,
    ledger.row_number
from ledger
left join loaded
    on
        ledger.source = loaded.source
        and ledger.dataset = loaded.dataset
        and ledger.file_hash = loaded.file_hash
where
    loaded.file_hash is null
    or (ledger.line_kind <> 'fact' and (ledger.row_number is null or ledger.source_key is null))

with

loads as (

    select * from {{ ref('fct_loads') }}

),

quarantined as (

    select
        source,
        dataset,
        received_on,
        file_name,
        file_hash,
        count(*) as listed_count
    from {{ ref('fct_quarantined_rows') }}
    group by source, dataset, received_on, file_name, file_hash

)

select
    loads.source,
    loads.dataset,
    loads.received_on,
    loads.file_name,
    loads.status,
    loads.read_count,
    loads.accepted_count,
    loads.quarantined_count,
    loads.duplicate_count,
    quarantined.listed_count
from loads
left join quarantined
    on
        loads.source = quarantined.source
        and loads.dataset = quarantined.dataset
        and loads.received_on = quarantined.received_on
        and loads.file_name = quarantined.file_name
        and loads.file_hash = quarantined.file_hash
where
    loads.read_count <> loads.accepted_count + loads.quarantined_count + loads.duplicate_count
    or (loads.status <> 'loaded' and loads.accepted_count > 0)
    or (loads.status = 'loaded' and loads.quarantined_count <> coalesce(quarantined.listed_count, 0))
    or (loads.status <> 'loaded' and quarantined.listed_count is not null)

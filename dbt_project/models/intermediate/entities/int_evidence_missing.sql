-- Evidence known to be missing. A held drop with no later loaded drop of its dataset is missing for everybody. A
-- quarantined row is missing for the agencies, people, conflicts and leads that it names; a row that names nobody
-- counts for nobody. A person's row also counts for the agencies where the person was listed or worked.
with

loads as (

    select * from {{ ref('stg_lake__loads') }}

),

rows_missing as (

    select * from {{ ref('int_rows_missing') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

identities as (

    select * from {{ ref('int_people_identified') }}

),

listings as (

    select * from {{ ref('int_personnel_listed') }}

),

spells as (

    select * from {{ ref('int_person_spells') }}

),

worked as (

    select * from {{ ref('int_people_worked') }}

),

last_loaded as (

    select
        source,
        dataset,
        max(received_on) as received_on
    from loads
    where status = 'loaded'
    group by source, dataset

),

drops_held as (

    select distinct
        loads.source,
        loads.dataset,
        loads.received_on
    from loads
    left join last_loaded
        on
            loads.source = last_loaded.source
            and loads.dataset = last_loaded.dataset
            and loads.received_on < last_loaded.received_on
    where
        loads.status = 'held'
        and last_loaded.source is null

),

people_named as (

    select
        rows_missing.source,
        rows_missing.dataset,
        rows_missing.received_on,
        rows_missing.person_key,
        coalesce(identities.person_id, rows_missing.person_key) as person_id
    from rows_missing
    left join identities
        on rows_missing.person_key = identities.reference_id
    where rows_missing.person_key is not null

),

-- a list may also show a person under a masked number: their spells include it
where_seen as (

    select
        people_named.source,
        people_named.dataset,
        people_named.received_on,
        listings.agency_id
    from people_named
    inner join listings
        on people_named.person_key = listings.person_key
    union
    select
        people_named.source,
        people_named.dataset,
        people_named.received_on,
        spells.agency_id
    from people_named
    inner join spells
        on people_named.person_id = spells.person_id
    union
    select
        people_named.source,
        people_named.dataset,
        people_named.received_on,
        worked.agency_id
    from people_named
    inner join worked
        on people_named.person_id = worked.person_id
    where worked.agency_id is not null

),

named as (

    select
        source,
        dataset,
        received_on,
        agency_id,
        {{ absent(dbt.type_string(), ['person_id', 'object_hash']) }}
    from rows_missing
    where agency_id is not null
    union
    select
        source,
        dataset,
        received_on,
        {{ absent(dbt.type_string(), ['agency_id', 'person_id']) }},
        object_hash
    from rows_missing
    where object_hash is not null
    union
    select
        source,
        dataset,
        received_on,
        cast(null as {{ dbt.type_string() }}) as agency_id,
        person_id,
        cast(null as {{ dbt.type_string() }}) as object_hash
    from people_named
    union
    select
        source,
        dataset,
        received_on,
        agency_id,
        {{ absent(dbt.type_string(), ['person_id', 'object_hash']) }}
    from where_seen

),

-- a branch's evidence is its agency's; an employer is also kept under its own code
pieces as (

    select
        source,
        dataset,
        received_on,
        'drop_held' as cause_code,
        true as is_everyones,
        {{ absent(dbt.type_string(), ['agency_id', 'person_id', 'object_hash']) }}
    from drops_held
    union all
    select
        source,
        dataset,
        received_on,
        'row_quarantined' as cause_code,
        false as is_everyones,
        agency_id,
        person_id,
        object_hash
    from named
    union
    select
        named.source,
        named.dataset,
        named.received_on,
        'row_quarantined' as cause_code,
        false as is_everyones,
        branches.agency_id,
        named.person_id,
        named.object_hash
    from named
    inner join branches
        on named.agency_id = branches.branch_id

),

final as (

    select
        source,
        dataset,
        received_on,
        cause_code,
        is_everyones,
        agency_id,
        person_id,
        object_hash,
        concat(
            source, '/', dataset, ' ', cast(received_on as {{ dbt.type_string() }}), ' ', cause_code
        ) as missing_text
    from pieces

)

select * from final

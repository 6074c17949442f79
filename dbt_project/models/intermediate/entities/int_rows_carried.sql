-- A quarantined row of a list is no departure (sources.md, K7): whom it names is listed in that drop with the cells of their
-- last good rows. Of one agency, or of one person there, never more rows are carried than the drop has quarantined, and
-- none whose key stands in the drop itself.
with

unread as (

    select
        *,
        case when dataset = 'personnel' then person_key end as listed_person_key
    from {{ ref('int_rows_quarantined') }}
    where
        not is_replaced
        and source = 'registry'
        and (
            (dataset in ('agencies', 'equipment') and agency_id is not null)
            or (dataset = 'personnel' and agency_id is not null and person_key is not null)
        )

),

drops as (

    select * from {{ ref('stg_lake__drops') }}
    where source = 'registry'

),

-- an agency, or a person at an agency
named as (

    select
        unread.*,
        drops.drop_number,
        concat(unread.dataset, ' ', unread.agency_id, ' ', coalesce(unread.listed_person_key, '')) as entity_id,
        count(*) over (
            partition by unread.dataset, unread.agency_id, unread.listed_person_key, unread.received_on
        ) as row_count,
        row_number() over (
            partition by unread.dataset, unread.agency_id, unread.listed_person_key, unread.received_on
            order by unread.file_name, unread.file_hash, unread.file_position
        ) as place
    from unread
    inner join drops
        on
            unread.dataset = drops.dataset
            and unread.received_on = drops.received_on

),

named_once as (

    select
        *,
        drop_number - row_number() over (partition by entity_id order by drop_number) as run
    from named
    where place = 1

),

runs as (

    select
        *,
        min(drop_number) over (partition by entity_id, run) as run_from_number
    from named_once

),

staged as (

    select
        dataset,
        received_on,
        row_key,
        concat(dataset, ' ', agency_id, ' ') as entity_id
    from {{ ref('stg_registry__agencies') }}
    union all
    select
        dataset,
        received_on,
        row_key,
        concat(dataset, ' ', agency_id, ' ') as entity_id
    from {{ ref('stg_registry__equipment') }}
    union all
    select
        dataset,
        received_on,
        row_key,
        concat(dataset, ' ', agency_id, ' ', person_key) as entity_id
    from {{ ref('stg_registry__personnel') }}
    where person_key is not null

),

good as (

    select
        staged.*,
        drops.drop_number
    from staged
    inner join drops
        on
            staged.dataset = drops.dataset
            and staged.received_on = drops.received_on
    where staged.entity_id in (select named_once.entity_id from named_once)

),

-- the last drop before the run whose rows of them are good
bases as (

    select
        runs.entity_id,
        runs.run,
        max(good.drop_number) as base_number
    from runs
    inner join good
        on
            runs.entity_id = good.entity_id
            and runs.run_from_number > good.drop_number
    where runs.run_from_number = runs.drop_number
    group by runs.entity_id, runs.run

),

candidates as (

    select
        runs.dataset,
        good.row_key,
        good.received_on as cells_on,
        good.drop_number as cells_number,
        runs.received_on as listed_on,
        runs.file_name,
        runs.file_hash,
        runs.sheet,
        runs.row_number,
        runs.file_position,
        runs.entity_id,
        runs.row_count,
        row_number() over (
            partition by runs.entity_id, runs.received_on, good.row_key
            order by good.drop_number desc
        ) as recency
    from runs
    inner join bases
        on
            runs.entity_id = bases.entity_id
            and runs.run = bases.run
    inner join good
        on
            bases.entity_id = good.entity_id
            and bases.base_number <= good.drop_number
            and runs.drop_number > good.drop_number

),

ranked as (

    select
        candidates.*,
        row_number() over (
            partition by candidates.entity_id, candidates.listed_on
            order by candidates.cells_number desc, candidates.row_key asc
        ) as place
    from candidates
    left join good
        on
            candidates.entity_id = good.entity_id
            and candidates.listed_on = good.received_on
            and candidates.row_key = good.row_key
    where
        candidates.recency = 1
        and good.row_key is null

),

final as (

    select
        dataset,
        row_key,
        cells_on,
        listed_on,
        file_name,
        file_hash,
        sheet,
        row_number,
        file_position
    from ranked
    where place <= row_count

)

select * from final

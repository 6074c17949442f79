-- A quarantined row of a list is no departure (sources.md, K7): what it names stays listed in that drop, with the cells
-- of the last good row. If the row's key can be read, that is the last good row of the key. Otherwise it is a row of
-- the same agency, or of the person there, that was good before and is absent from the drop; a drop never carries more
-- of these than it has such quarantined rows.
with

unread as (

    select
        *,
        concat(
            dataset, ' ', agency_id, ' ', case when dataset = 'personnel' then person_key else '' end
        ) as entity_id
    from {{ ref('int_rows_quarantined') }}
    where
        source = 'registry'
        and dataset in {{ list_datasets() }}
        and not is_replaced
        and agency_id is not null
        and (dataset <> 'personnel' or person_key is not null)

),

drops as (

    select * from {{ ref('stg_lake__drops') }}
    where source = 'registry'

),

-- several rows of one key count as one
named as (

    select *
    from (
        select
            unread.*,
            drops.drop_number,
            row_number() over (
                partition by unread.entity_id, unread.received_on, unread.row_key_hash
                order by {{ file_recency('unread') }}
            ) as recency
        from unread
        inner join drops
            on
                unread.dataset = drops.dataset
                and unread.received_on = drops.received_on
    ) as ranked
    where row_key_hash is null or recency = 1

),

staged as (
    {% for name in ['agencies', 'equipment', 'personnel'] %}
        select
            dataset,
            received_on,
            row_key,
            concat(dataset, ' ', agency_id, ' ', {{ 'person_key' if name == 'personnel' else "''" }}) as entity_id
        from {{ ref('stg_registry__' ~ name) }}
        {% if name == 'personnel' %}
            where person_key is not null
        {% else %}
            union all
        {% endif %}
    {%- endfor %}

),

good as (

    select
        staged.dataset,
        staged.entity_id,
        staged.row_key,
        staged.received_on,
        drops.drop_number,
        lead(drops.drop_number) over (partition by staged.dataset, staged.row_key order by drops.drop_number)
            as next_number
    from staged
    inner join drops
        on
            staged.dataset = drops.dataset
            and staged.received_on = drops.received_on
    where staged.entity_id in (select unread.entity_id from unread)

),

-- the last good rows before lists that lack their key
ended as (

    select
        *,
        md5(row_key) as row_key_hash
    from good
    where
        next_number is null
        or next_number > drop_number + 1

),

by_key as (

    select
        named.*,
        ended.row_key,
        ended.received_on as cells_on
    from named
    inner join ended
        on
            named.entity_id = ended.entity_id
            and named.row_key_hash = ended.row_key_hash
            and named.drop_number > ended.drop_number
            and named.drop_number < coalesce(ended.next_number, named.drop_number + 1)

),

others as (

    select
        named.*,
        row_number() over (
            partition by named.entity_id, named.drop_number
            order by named.file_name, named.file_hash, named.file_position
        ) as row_rank
    from named
    left join by_key
        on
            named.dataset = by_key.dataset
            and named.drop_number = by_key.drop_number
            and named.file_hash = by_key.file_hash
            and named.file_position = by_key.file_position
    where by_key.file_hash is null

),

-- runs of consecutive drops that all have such rows
numbered as (

    select
        entity_id,
        drop_number,
        drop_number - row_number() over (partition by entity_id order by drop_number) as run
    from (
        select distinct
            entity_id,
            drop_number
        from named
    ) as drops_named

),

runs as (

    select
        entity_id,
        drop_number,
        min(drop_number) over (partition by entity_id, run) as run_from_number
    from numbered

),

-- the last drop before a run with a good row of them: a row already gone by then does not come back
bases as (

    select
        runs.entity_id,
        runs.run_from_number,
        max(good.drop_number) as base_number
    from runs
    inner join good
        on
            runs.entity_id = good.entity_id
            and runs.run_from_number > good.drop_number
    where runs.run_from_number = runs.drop_number
    group by runs.entity_id, runs.run_from_number

),

lacking as (

    select
        runs.entity_id,
        runs.drop_number,
        ended.row_key,
        ended.received_on as cells_on,
        row_number() over (
            partition by runs.entity_id, runs.drop_number
            order by ended.drop_number desc, ended.row_key asc
        ) as row_rank
    from runs
    inner join bases
        on
            runs.entity_id = bases.entity_id
            and runs.run_from_number = bases.run_from_number
    inner join ended
        on
            runs.entity_id = ended.entity_id
            and runs.drop_number > ended.drop_number
            and runs.drop_number < coalesce(ended.next_number, runs.drop_number + 1)
            and bases.base_number <= ended.drop_number
    left join by_key
        on
            runs.entity_id = by_key.entity_id
            and runs.drop_number = by_key.drop_number
            and ended.row_key = by_key.row_key
    where by_key.row_key is null

),

by_entity as (

    select
        others.*,
        lacking.row_key,
        lacking.cells_on
    from others
    inner join lacking
        on
            others.entity_id = lacking.entity_id
            and others.drop_number = lacking.drop_number
            and others.row_rank = lacking.row_rank

),

final as (
    {% for relation in ['by_key', 'by_entity'] %}
        select
            dataset,
            row_key,
            cells_on,
            received_on as listed_on,
            file_name,
            file_hash,
            sheet,
            row_number,
            file_position
        from {{ relation }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

-- Quarantined rows that may have said something that no other row says. A row of a list says nothing new if it is
-- carried and the lists before and after show the same for what it names. A row in which only the person or only the
-- agency can be read, or the agency but not its code, is not carried, so somebody is missing from that list. The next
-- list makes up for a row that names nobody.
{%- set shown = [
    'source', 'dataset', 'received_on', 'file_name', 'file_hash', 'sheet', 'row_number', 'file_position', 'reason_code',
    'agency_id', 'person_key', 'object_hash'
] %}
with

unread as (

    select * from {{ ref('int_rows_named') }}
    where not is_replaced

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

-- what a row of a list is about: an agency, or a person there
list_rows as (

    select
        unread.*,
        drops.drop_number,
        drops.is_last,
        concat(
            unread.dataset, ' ', unread.agency_id, ' ', case when unread.dataset = 'personnel' then unread.person_key else '' end
        ) as entity_id
    from unread
    inner join drops
        on
            unread.source = drops.source
            and unread.dataset = drops.dataset
            and unread.received_on = drops.received_on
    where
        unread.source = 'registry'
        and unread.dataset in {{ list_datasets() }}

),

numbered as (

    select
        dataset,
        entity_id,
        drop_number,
        drop_number - row_number() over (partition by entity_id order by drop_number) as run
    from (
        select distinct
            dataset,
            entity_id,
            drop_number
        from list_rows
        where
            is_named_by_code
            and (dataset <> 'personnel' or person_key is not null)
    ) as named

),

runs as (

    select
        dataset,
        entity_id,
        run,
        min(drop_number) as from_number,
        max(drop_number) as until_number
    from numbered
    group by dataset, entity_id, run

),

-- the drops before and after a run
sides as (
    {% for is_before, number in [('true', 'runs.from_number - 1'), ('false', 'runs.until_number + 1')] %}
        select
            runs.entity_id,
            runs.run,
            runs.from_number,
            runs.until_number,
            drops.received_on,
            {{ is_before }} as is_before
        from runs
        inner join drops
            on
                drops.source = 'registry'
                and runs.dataset = drops.dataset
                and {{ number }} = drops.drop_number
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

shown as (

    select
        concat('agencies ', agency_id, ' ') as entity_id,
        received_on,
        {{ surrogate_key([
            'agency_name', 'legal_representative', 'registered_address', 'service_type', 'is_legal_person',
            'floor_area_m2', 'has_quality_system', 'assessment_control', 'listing_basis', 'submitted_on',
            'onsite_checked_on', 'onsite_result', 'published_on', 'registry_status'
        ]) }} as cells_hash
    from {{ ref('int_agency_drops') }}
    union all
    select
        concat('equipment ', agency_id, ' ') as entity_id,
        received_on,
        {{ surrogate_key(['row_key', 'valid_until_on']) }} as cells_hash
    from {{ ref('int_equipment_listed') }}
    union all
    select
        concat('personnel ', agency_id, ' ', person_key) as entity_id,
        received_on,
        {{ surrogate_key([
            'row_key', 'level_code', 'registration_until_on', 'contract_from_on', 'contract_until_on',
            'is_contract_until_open', 'insurance_payer_name'
        ]) }} as cells_hash
    from {{ ref('int_personnel_listed') }}
    where person_key is not null

),

fingerprints as (

    select
        sides.entity_id,
        sides.run,
        sides.from_number,
        sides.until_number,
        sides.is_before,
        {{ joined_text('shown.cells_hash', ' ', ['shown.cells_hash']) }} as fingerprint
    from sides
    inner join shown
        on
            sides.entity_id = shown.entity_id
            and sides.received_on = shown.received_on
    group by sides.entity_id, sides.run, sides.from_number, sides.until_number, sides.is_before

),

bridged as (

    select
        before.entity_id,
        before.from_number,
        before.until_number
    from fingerprints as before
    inner join fingerprints as after
        on
            before.entity_id = after.entity_id
            and before.run = after.run
            and before.fingerprint = after.fingerprint
    where before.is_before and not after.is_before

),

final as (

    select {{ columns('unread', shown) }}
    from unread
    where not (source = 'registry' and dataset in {{ list_datasets() }})
    union all
    select {{ columns('list_rows', shown) }}
    from list_rows
    left join bridged
        on
            list_rows.entity_id = bridged.entity_id
            and list_rows.drop_number between bridged.from_number and bridged.until_number
    where
        (bridged.entity_id is null or not list_rows.is_named_by_code)
        and (list_rows.is_last or list_rows.agency_id is not null or list_rows.person_key is not null)

)

select * from final

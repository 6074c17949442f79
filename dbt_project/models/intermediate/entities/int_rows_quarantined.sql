-- Quarantined rows and what they name by code (sources.md, K7): nothing else of them is kept. A row is replaced if
-- another file of its drop corrects it, or if a row of its key could be read in the same drop or, where a key has one
-- row, in a later one. A row with two agencies or two people is here once for each pair; a row that names nobody is
-- here once.
with

quarantined_rows as (

    select * from {{ ref('stg_lake__quarantined_rows') }}

),

names as (

    select * from {{ ref('stg_lake__quarantined_names') }}

),

keys_read as (

    select * from {{ ref('stg_lake__keys_read') }}

),

agencies as (

    select distinct
        source,
        dataset,
        received_on,
        file_hash,
        file_position,
        agency_id
    from names
    where agency_id is not null

),

people as (

    select distinct
        source,
        dataset,
        received_on,
        file_hash,
        file_position,
        person_key
    from names
    where person_key is not null

),

final as (

    select
        quarantined_rows.source,
        quarantined_rows.dataset,
        quarantined_rows.received_on,
        quarantined_rows.file_name,
        quarantined_rows.file_hash,
        quarantined_rows.sheet,
        quarantined_rows.row_number,
        quarantined_rows.file_position,
        quarantined_rows.reason_code,
        quarantined_rows.header,
        agencies.agency_id,
        people.person_key,
        quarantined_rows.row_key_hash,
        coalesce(quarantined_rows.is_corrected, false) or keys_read.row_key_hash is not null as is_replaced
    from quarantined_rows
    left join keys_read
        on
            quarantined_rows.source = keys_read.source
            and quarantined_rows.dataset = keys_read.dataset
            and quarantined_rows.row_key_hash = keys_read.row_key_hash
            and (
                quarantined_rows.received_on = keys_read.read_on
                or (quarantined_rows.received_on < keys_read.read_on and not keys_read.is_list)
            )
    {%- for name in ['agencies', 'people'] %}
        left join {{ name }}
            on
                quarantined_rows.source = {{ name }}.source
                and quarantined_rows.dataset = {{ name }}.dataset
                and quarantined_rows.received_on = {{ name }}.received_on
                and quarantined_rows.file_hash = {{ name }}.file_hash
                and quarantined_rows.file_position = {{ name }}.file_position
    {%- endfor %}

)

select * from final

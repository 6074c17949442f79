-- What was received and could not be used as written (sources.md, K7, K8): unreadable rows of the last list, a number
-- that now names another agency, a list without a day in its title. File, sheet and row lead back to each.
with

quarantined as (

    select * from {{ ref('int_rows_quarantined') }}
    where not is_replaced

),

carried as (

    select distinct
        dataset,
        file_hash,
        file_position
    from {{ ref('int_rows_carried') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

keys as (

    select * from {{ ref('stg_lake__keys_of_several_agencies') }}

),

loads as (

    select * from {{ ref('stg_lake__loads') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

keys_mapped as (

    select
        keys.*,
        coalesce(branches.agency_id, keys.agency_id) as whose_id,
        {{ row_place('keys') }} as place
    from keys
    left join branches
        on keys.agency_id = branches.branch_id

),

latest_of_keys as (

    select * from keys_mapped
    where recency = 1

),

-- of the earlier agencies, the latest
before_latest as (

    select
        source,
        dataset,
        row_key,
        whose_id,
        place,
        rank_before
    from (
        select
            keys_mapped.*,
            row_number() over (
                partition by keys_mapped.source, keys_mapped.dataset, keys_mapped.row_key
                order by keys_mapped.recency
            ) as rank_before
        from keys_mapped
        inner join latest_of_keys
            on
                keys_mapped.source = latest_of_keys.source
                and keys_mapped.dataset = latest_of_keys.dataset
                and keys_mapped.row_key = latest_of_keys.row_key
                and keys_mapped.whose_id <> latest_of_keys.whose_id
    ) as ranked
    where rank_before = 1

),

unread_in_last_drop as (

    select distinct
        'row_quarantined_in_last_drop' as issue_code,
        quarantined.source,
        quarantined.dataset,
        cast(null as {{ dbt.type_string() }}) as source_key,
        quarantined.agency_id,
        quarantined.file_hash,
        quarantined.sheet,
        quarantined.row_number,
        concat(
            'The row is quarantined (', {{ row_place('quarantined') }}, ', ', quarantined.reason_code, '). ',
            case
                when carried.file_hash is not null
                    then 'Whom it names counts as listed, with what the last good row says.'
                else 'No earlier row says more of whom it names.'
            end,
            ' Correct it at the source and send the list again.'
        ) as detail
    from quarantined
    inner join drops
        on
            quarantined.source = drops.source
            and quarantined.dataset = drops.dataset
            and quarantined.received_on = drops.received_on
    left join carried
        on
            quarantined.dataset = carried.dataset
            and quarantined.file_hash = carried.file_hash
            and quarantined.file_position = carried.file_position
    where
        quarantined.source = 'registry'
        and quarantined.dataset in {{ list_datasets() }}
        and drops.is_last
        and (quarantined.agency_id is not null or quarantined.person_key is not null)

),

keys_changed as (

    select
        'key_changed_agency' as issue_code,
        latest_of_keys.source,
        latest_of_keys.dataset,
        latest_of_keys.source_key,
        latest_of_keys.whose_id as agency_id,
        latest_of_keys.file_hash,
        latest_of_keys.sheet,
        latest_of_keys.row_number,
        concat(
            'The number named another agency before: ', before_latest.whose_id, ' (', before_latest.place,
            '). The later row counts. If these are two things, give each a number of its own and send both again.'
        ) as detail
    from latest_of_keys
    inner join before_latest
        on
            latest_of_keys.source = before_latest.source
            and latest_of_keys.dataset = before_latest.dataset
            and latest_of_keys.row_key = before_latest.row_key

    union all

    select
        'key_changed_agency' as issue_code,
        keys_mapped.source,
        keys_mapped.dataset,
        keys_mapped.source_key,
        keys_mapped.whose_id as agency_id,
        keys_mapped.file_hash,
        keys_mapped.sheet,
        keys_mapped.row_number,
        concat(
            'A later row of this number names another agency: ', latest_of_keys.whose_id, ' (', latest_of_keys.place,
            '). This row no longer counts. If these are two things, give each a number of its own and send both again.'
        ) as detail
    from keys_mapped
    inner join latest_of_keys
        on
            keys_mapped.source = latest_of_keys.source
            and keys_mapped.dataset = latest_of_keys.dataset
            and keys_mapped.row_key = latest_of_keys.row_key
            and keys_mapped.whose_id <> latest_of_keys.whose_id

),

titles as (

    select
        'title_without_day' as issue_code,
        loads.source,
        loads.dataset,
        {{ absent(dbt.type_string(), ['source_key', 'agency_id']) }},
        loads.file_hash,
        cast(null as {{ dbt.type_string() }}) as sheet,
        cast(null as integer) as row_number,
        concat(
            'No day can be read in the title of the last list (', loads.file_name,
            '): an older list would be taken for a newer one. Write the day in the title, as in 截至2024年5月10日.'
        ) as detail
    from loads
    inner join drops
        on
            loads.source = drops.source
            and loads.dataset = drops.dataset
            and loads.received_on = drops.received_on
    where
        loads.status = 'loaded'
        and {{ has_flag('loads.reason_code', 'title_without_day') }}
        and drops.is_last

),

final as (

    select * from unread_in_last_drop
    union all
    select * from keys_changed
    union all
    select * from titles

)

select * from final

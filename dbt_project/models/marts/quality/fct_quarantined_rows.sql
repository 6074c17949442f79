with

quarantined_rows as (

    select * from {{ ref('int_rows_named') }}

),

rows_missing as (

    select distinct
        source,
        dataset,
        received_on,
        file_hash,
        file_position
    from {{ ref('int_rows_missing') }}

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
        quarantined_rows.reason_code,
        quarantined_rows.header,
        -- a number that an agency's other rows also have flags the agency, but does not prove whose the row is
        min(case when quarantined_rows.is_named_itself then quarantined_rows.agency_id end) as agency_id,
        max(
            case
                when
                    quarantined_rows.is_named_itself
                    or quarantined_rows.person_key is not null
                    or quarantined_rows.object_hash is not null
                    then 1
                else 0
            end
        ) = 1 as is_anybody_named,
        count(rows_missing.file_hash) > 0 as is_missing
    from quarantined_rows
    left join rows_missing
        on
            quarantined_rows.source = rows_missing.source
            and quarantined_rows.dataset = rows_missing.dataset
            and quarantined_rows.received_on = rows_missing.received_on
            and quarantined_rows.file_hash = rows_missing.file_hash
            and quarantined_rows.file_position = rows_missing.file_position
    group by
        {{ columns('quarantined_rows', [
            'source', 'dataset', 'received_on', 'file_name', 'file_hash', 'sheet', 'row_number', 'reason_code', 'header'
        ]) }}

)

select * from final

-- A row received later supersedes.
with

received as (

    select * from {{ source('credit_desk', 'decisions') }}

),

latest as (

    {{ latest_rows('received') }}

),

final as (

    select
        'credit_desk' as source,
        'decisions' as dataset,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        decision_id,
        object_type,
        object_id,
        decision_code,
        decided_on,
        handled_by,
        reviewed_by,
        note,
        file_name
    from latest

)

select * from final

-- A row received later supersedes.
with

received as (

    select * from {{ source('credit_desk', 'repairs') }}

),

latest as (

    {{ latest_rows('received') }}

),

final as (

    select
        'credit_desk' as source,
        'repairs' as dataset,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        application_id,
        agency_id,
        target_ids,
        applied_on,
        accepted_on,
        has_application_form,
        has_fulfilment_proof,
        has_other_evidence,
        review_code,
        replied_on,
        handled_by,
        reviewed_by,
        file_name
    from latest

)

select * from final

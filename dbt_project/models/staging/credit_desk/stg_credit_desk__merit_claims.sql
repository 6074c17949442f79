-- A row received later supersedes. first_received_on: the first drop that shows the row with this claim, or as
-- rejected.
with

received as (

    select * from {{ source('credit_desk', 'merit_claims') }}

),

dated as (

    select
        *,
        min(received_on) over (
            partition by row_key, agency_id, clause, document_no, person_key, status_code = 'rejected'
        ) as first_received_on
    from received

),

latest as (

    {{ latest_rows('dated') }}

),

final as (

    select
        'credit_desk' as source,
        'merit_claims' as dataset,
        file_hash,
        received_on,
        first_received_on,
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        claim_id,
        agency_id,
        clause,
        level_code,
        title,
        document_no,
        issuer,
        occurred_on,
        person_key,
        person_mask,
        person_id_status,
        recommended_by,
        status_code,
        determined_on,
        file_name
    from latest

)

select * from final

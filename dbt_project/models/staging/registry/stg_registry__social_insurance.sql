-- A row received later supersedes. first_received_on: the first drop that shows the month as paid, or as unpaid.
with

received as (

    select * from {{ source('registry', 'social_insurance') }}

),

dated as (

    select
        *,
        min(received_on) over (partition by row_key, payment_status = 'interrupted') as first_received_on
    from received

),

latest as (

    {{ latest_rows('dated') }}

),

final as (

    select
        'registry' as source,
        'social_insurance' as dataset,
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
        payer_unit_no,
        payer_name,
        payer_id,
        person_name,
        person_key,
        person_mask,
        person_id_status,
        insurance_code,
        period_month_on,
        payment_status,
        file_name
    from latest

)

select * from final

-- What the data can show before anyone decides. A lead never scores.
with

leads as (

    select * from {{ ref('int_leads_assessed') }}

),

final as (

    select
        lead_id,
        lead_kind,
        item_code,
        agency_id,
        subject,
        evidence,
        severity,
        confidence,
        first_seen_on,
        last_seen_on,
        status,
        decision_id,
        decided_on,
        due_on
    from leads

)

select * from final

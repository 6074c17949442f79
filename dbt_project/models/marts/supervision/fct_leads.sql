-- What the data shows before anybody decides. A lead never scores.
with

leads as (

    select * from {{ ref('int_leads_assessed') }}

),

incomplete as (

    select * from {{ ref('int_leads_incomplete') }}

),

final as (

    select
        leads.lead_id,
        leads.lead_kind,
        leads.item_code,
        leads.agency_id,
        leads.subject,
        leads.evidence,
        leads.severity,
        leads.confidence,
        leads.first_seen_on,
        leads.last_seen_on,
        leads.status,
        leads.decision_id,
        leads.decided_on,
        leads.due_on,
        incomplete.lead_id is not null as is_evidence_incomplete,
        incomplete.incomplete_because
    from leads
    left join incomplete
        on leads.lead_id = incomplete.lead_id

)

select * from final

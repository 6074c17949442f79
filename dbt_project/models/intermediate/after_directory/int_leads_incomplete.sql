-- Evidence missing for each lead: that of its agency or of a decision on it, and evidence missing for everybody.
with

leads as (

    select
        lead_id,
        lead_kind,
        agency_id
    from {{ ref('int_leads_assessed') }}

),

-- decisions name a lead by its present id or a former one
named as (

    select
        lead_id,
        lead_kind,
        md5(lead_id) as object_hash
    from leads
    union
    select
        leads.lead_id,
        leads.lead_kind,
        md5(renamed.former_lead_id) as object_hash
    from leads
    inner join {{ ref('int_leads_renamed') }} as renamed
        on leads.lead_id = renamed.lead_id

),

missing as (

    select * from {{ ref('int_evidence_missing') }}

),

rested_on as (

    select * from {{ ref('int_evidence_rested_on') }}
    where result_kind = 'lead'

),

missing_of_kinds as (

    select
        rested_on.kind_code,
        missing.is_everyones,
        missing.agency_id,
        missing.object_hash,
        missing.missing_text
    from rested_on
    inner join missing
        on
            rested_on.source = missing.source
            and rested_on.dataset = missing.dataset

),

found as (

    select
        leads.lead_id,
        missing_of_kinds.missing_text
    from leads
    inner join missing_of_kinds
        on leads.lead_kind = missing_of_kinds.kind_code
    where missing_of_kinds.is_everyones
    union
    select
        leads.lead_id,
        missing_of_kinds.missing_text
    from leads
    inner join missing_of_kinds
        on
            leads.lead_kind = missing_of_kinds.kind_code
            and leads.agency_id = missing_of_kinds.agency_id
    union
    select
        named.lead_id,
        missing_of_kinds.missing_text
    from named
    inner join missing_of_kinds
        on
            named.lead_kind = missing_of_kinds.kind_code
            and named.object_hash = missing_of_kinds.object_hash

),

final as (

    select
        lead_id,
        {{ joined_text('missing_text', '、', ['missing_text']) }} as incomplete_because
    from found
    group by lead_id

)

select * from final

-- All leads on the other items, with the item that a confirming decision would turn each into. A lead never scores.
with

detected as (

    select * from {{ ref('int_leads_detected') }}
    union all
    select * from {{ ref('int_leads__conditions_unmet') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

detectors as (

    select * from {{ ref('detectors') }}

),

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

),

clause_items as (

    select * from {{ ref('stg_rulebook__clause_items') }}

),

renamed as (

    select * from {{ ref('int_leads_renamed') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

in_force as (

    select rulebooks.rulebook_id
    from rulebooks
    cross join parameters
    where
        rulebooks.effective_from_on <= parameters.as_of_on
        and coalesce(rulebooks.effective_until_on, {{ open_end() }}) > parameters.as_of_on

),

mapped as (

    select
        detectors.detector_kind,
        clause_items.item_code,
        row_number() over (
            partition by detectors.detector_kind
            order by {{ clause_item_order('clause_items') }}
        ) as row_rank
    from detectors
    cross join in_force
    inner join clause_items
        on
            in_force.rulebook_id = clause_items.rulebook_id
            and clause_items.clause in (detectors.clause, '*')
    where
        detectors.family = 'lead'
        and detectors.clause is not null
        and clause_items.dataset in ('findings', '*')

),

-- decisions name a lead by its present id or a former one
named as (

    select
        lead_id,
        lead_id as object_id
    from detected
    union all
    select
        lead_id,
        former_lead_id as object_id
    from renamed

),

applied as (

    select
        named.lead_id,
        decisions.decision_id,
        decisions.decision_code,
        decisions.decided_on,
        row_number() over (
            partition by named.lead_id
            order by decisions.decided_on desc, decisions.decision_id desc
        ) as recency
    from named
    cross join parameters
    inner join decisions
        on named.object_id = decisions.object_id
    where
        decisions.object_type = 'lead'
        and decisions.decision_code in ('confirmed', 'cleared')
        and decisions.decided_on <= parameters.as_of_on

),

final as (

    select
        detected.lead_id,
        detected.lead_kind,
        mapped.item_code,
        detected.agency_id,
        detected.subject,
        detected.evidence,
        detectors.severity,
        cast(
            detectors.base_confidence * {{ evidence_factor('detected.evidence_dataset_count > 1') }} as decimal(5, 4)
        ) as confidence,
        detected.first_seen_on,
        detected.last_seen_on,
        coalesce(applied.decision_code, 'open') as status,
        applied.decision_id,
        applied.decided_on,
        {{ add_days('detected.first_seen_on', 'detectors.review_days') }} as due_on
    from detected
    cross join parameters
    inner join detectors
        on detected.lead_kind = detectors.detector_kind
    left join mapped
        on
            detected.lead_kind = mapped.detector_kind
            and mapped.row_rank = 1
    left join applied
        on
            detected.lead_id = applied.lead_id
            and applied.recency = 1

)

select * from final

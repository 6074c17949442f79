with

applications as (

    select * from {{ ref('int_points__repair_applications') }}

),

sequenced as (

    select * from {{ ref('int_points__repairs_sequenced') }}

),

outcomes as (

    select distinct
        application_id,
        gate_grade,
        refusal_reason,
        is_applied
    from sequenced

),

final as (

    select
        applications.application_id,
        applications.agency_id,
        applications.applied_on,
        applications.accepted_on,
        applications.replied_on,
        outcomes.gate_grade,
        applications.is_documents_complete,
        applications.review_code as decision,
        applications.working_days_used,
        applications.due_on,
        applications.is_overdue,
        coalesce(outcomes.is_applied, false) as is_applied,
        coalesce(outcomes.refusal_reason, applications.static_refusal_reason) as refusal_reason
    from applications
    left join outcomes on applications.application_id = outcomes.application_id

)

select * from final

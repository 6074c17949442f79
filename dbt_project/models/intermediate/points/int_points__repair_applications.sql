-- What is decided by an application's own row and the calendar (credit.md 6.6, 6.7). What needs the grade or the lines
-- in force (nothing_in_force, attempts, gate) is decided in int_points__repairs_sequenced.
with

repairs as (

    select * from {{ ref('stg_credit_desk__repairs') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

),

repair_policy as (

    select * from {{ ref('stg_rulebook__repair_policy') }}

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

build_parameters as (

    select * from {{ ref('stg_lake__build_parameters') }}

),

policies as (

    select
        rulebooks.rulebook_id,
        rulebooks.effective_from_on,
        rulebooks.effective_until_on,
        coalesce(repair_policy.is_on_application, false) as is_on_application,
        repair_policy.reply_working_days,
        repair_policy.max_attempts
    from rulebooks
    left join repair_policy on rulebooks.rulebook_id = repair_policy.rulebook_id

),

-- an application that was never accepted has no version
regimes as (

    select bool_or(is_on_application) as is_ever_on_application
    from policies

),

accepted_days as (

    select distinct accepted_on
    from repairs

),

policies_by_day as (

    select
        accepted_days.accepted_on,
        policies.rulebook_id,
        policies.is_on_application,
        policies.reply_working_days,
        policies.max_attempts
    from accepted_days
    inner join policies
        on
            accepted_days.accepted_on >= policies.effective_from_on
            and (
                policies.effective_until_on is null
                or accepted_days.accepted_on < policies.effective_until_on
            )

),

timed as (

    select
        repairs.*,
        coalesce(branches.agency_id, repairs.agency_id) as owner_id,
        policies_by_day.rulebook_id,
        policies_by_day.reply_working_days,
        policies_by_day.max_attempts,
        case
            when repairs.accepted_on is null then coalesce(regimes.is_ever_on_application, false)
            else coalesce(policies_by_day.is_on_application, false)
        end as is_offered,
        due_days.calendar_on as due_on,
        case
            when repairs.replied_on < repairs.accepted_on then 0
            else cast(replied_days.working_day_number - accepted_days.working_day_number as integer)
        end as working_days_used
    from repairs
    cross join regimes
    left join branches on repairs.agency_id = branches.branch_id
    left join policies_by_day on repairs.accepted_on = policies_by_day.accepted_on
    left join working_days as accepted_days on repairs.accepted_on = accepted_days.calendar_on
    left join working_days as replied_days
        on
            repairs.replied_on = replied_days.calendar_on
            and accepted_days.block_from_on = replied_days.block_from_on
    left join working_days as due_days
        on
            due_days.is_workday
            and accepted_days.block_from_on = due_days.block_from_on
            and due_days.working_day_number
            = accepted_days.working_day_number + policies_by_day.reply_working_days

),

judged as (

    select
        timed.*,
        (
            coalesce(timed.has_application_form, false)
            and coalesce(timed.has_fulfilment_proof, false)
            and coalesce(timed.has_other_evidence, false)
        ) as is_documents_complete,
        coalesce(timed.handled_by, '') = coalesce(timed.reviewed_by, '') as is_maker_checker,
        coalesce(timed.accepted_on <= timed.replied_on, false) as is_dated_in_order,
        -- a reply after as_of_on has not been given yet
        coalesce(
            case
                when timed.replied_on <= build_parameters.as_of_on
                    then timed.working_days_used > timed.reply_working_days
                else build_parameters.as_of_on > timed.due_on
            end,
            false
        ) as is_overdue,
        (
            timed.accepted_on is not null
            and timed.reply_working_days is not null
            and timed.due_on is null
        ) as is_calendar_missing
    from timed
    cross join build_parameters

),

final as (

    select
        source,
        dataset,
        source_key,
        row_key,
        file_hash,
        sheet,
        row_number,
        received_on,
        application_id,
        owner_id as agency_id,
        applied_on,
        accepted_on,
        replied_on,
        rulebook_id,
        max_attempts,
        reply_working_days,
        review_code,
        is_documents_complete,
        is_maker_checker,
        working_days_used,
        due_on,
        is_overdue,
        is_calendar_missing,
        case
            when not is_offered then 'not_offered'
            when coalesce(review_code, '') <> 'approved' then 'not_approved'
            when not is_documents_complete then 'documents'
            when is_maker_checker then 'maker_is_checker'
            when not is_dated_in_order then 'dates'
        end as static_refusal_reason
    from judged

)

select * from final

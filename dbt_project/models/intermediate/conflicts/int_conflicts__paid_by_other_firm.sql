-- Another enterprise pays the pension for several months in a row while the agency pays none. Months that the agency
-- paid back later are included: a run that is long enough only with them is explained.
with

compared as (

    select * from {{ ref('int_person_payers_compared') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

unpaid as (

    select
        *,
        month_number - row_number() over (partition by person_id, agency_id, payer_id order by month_number) as run
    from compared
    where
        is_pension_paid
        and is_enterprise
        and not is_public_body
        and not is_own_pension_paid_on_time

),

never_paid as (

    select
        *,
        month_number - row_number() over (partition by person_id, agency_id, payer_id order by month_number) as strict_run
    from unpaid
    where not is_own_pension_paid

),

strict_runs as (

    select
        person_id,
        agency_id,
        payer_id,
        strict_run,
        min(run) as run,
        count(*) as month_count
    from never_paid
    group by person_id, agency_id, payer_id, strict_run

),

-- the runs that are long enough, and runs with paid-back months that contain no such run
chosen as (

    select
        never_paid.*,
        'strict' as basis,
        never_paid.strict_run as chosen_run
    from never_paid
    union all
    select
        unpaid.*,
        unpaid.run as strict_run,
        'paid_back' as basis,
        unpaid.run as chosen_run
    from unpaid
    cross join parameters
    left join strict_runs
        on
            unpaid.person_id = strict_runs.person_id
            and unpaid.agency_id = strict_runs.agency_id
            and unpaid.payer_id = strict_runs.payer_id
            and unpaid.run = strict_runs.run
            and parameters.paid_elsewhere_months <= strict_runs.month_count
    where strict_runs.run is null

),

ranked as (

    select
        *,
        row_number() over (
            partition by person_id, agency_id, payer_id, basis, chosen_run
            order by month_number
        ) as row_rank,
        greatest(
            shown_on,
            lag(shown_on) over (
                partition by person_id, agency_id, payer_id, basis, chosen_run
                order by month_number
            )
        ) as pair_shown_on
    from chosen

),

runs as (

    select
        person_id,
        agency_id,
        payer_id,
        basis,
        chosen_run,
        count(*) as month_count,
        count(case when not is_month_of_change then 1 end) as settled_month_count,
        count(case when is_labour_broker then 1 end) > 0 as is_labour_broker,
        min(month_on) as overlap_from_on,
        {{ add_months('max(month_on)', 1) }} as overlap_until_on,
        min(case when row_rank > 1 then pair_shown_on end) as first_seen_on,
        {{ months_summarised() }}
    from ranked
    group by person_id, agency_id, payer_id, basis, chosen_run

),

explained as (

    select
        runs.*,
        case
            when runs.is_labour_broker then 'labour_broker'
            when runs.is_branch then 'branch'
            when runs.basis = 'paid_back' then 'back_payment'
            when runs.settled_month_count < parameters.paid_elsewhere_months then 'month_of_change'
        end as explained_by
    from runs
    cross join parameters
    where runs.month_count >= parameters.paid_elsewhere_months

),

final as (

    select
        {{ insurance_conflict('paid_by_other_firm') }}
    from explained

)

select * from final

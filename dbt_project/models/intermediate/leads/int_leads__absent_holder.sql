-- Registered and insured, yet without any work while the agency signs: months in which the agency paid the pension and
-- issued reports, none with the person. Work begins the count anew, an unpaid month too; who has not been registered
-- for as many full months is a new hire.
with

spells as (

    select * from {{ ref('int_person_spells') }}

),

insured as (

    select * from {{ ref('int_people_insured') }}

),

worked as (

    select * from {{ ref('int_people_worked') }}

),

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

reporting as (

    select distinct
        agency_id,
        {{ month_start('reported_on') }} as month_on
    from reports
    where reported_on is not null

),

working as (

    select distinct
        person_id,
        agency_id,
        {{ month_start('worked_on') }} as month_on
    from worked

),

-- full months that have passed, paid by an agency that lists the person now or did so then
paid as (

    select
        insured.person_id,
        insured.payer_id as agency_id,
        insured.month_on,
        insured.month_number,
        insured.first_received_on,
        insured.received_on,
        insured.file_hash,
        insured.row_number,
        reporting.agency_id is not null as is_reporting,
        working.person_id is not null as is_working
    from insured
    cross join parameters
    left join reporting
        on
            insured.payer_id = reporting.agency_id
            and insured.month_on = reporting.month_on
    left join working
        on
            insured.person_id = working.person_id
            and insured.payer_id = working.agency_id
            and insured.month_on = working.month_on
    where
        insured.is_pension_paid
        and {{ add_months('insured.month_on', 1) }} <= parameters.as_of_on

),

islands as (

    select
        *,
        month_number - row_number() over (partition by person_id, agency_id order by month_number) as paid_run,
        sum(case when is_working then 1 else 0 end) over (
            partition by person_id, agency_id
            order by month_number
            rows between unbounded preceding and current row
        ) as work_count
    from paid

),

spelled as (

    select
        islands.*,
        spells.spell_id,
        spells.identity_tier,
        spells.first_listed_on,
        spells.listing_count,
        islands.month_on >= spells.from_on as is_registered
    from islands
    inner join spells
        on
            islands.person_id = spells.person_id
            and islands.agency_id = spells.agency_id
            and {{ add_months('islands.month_on', 1) }} > spells.from_on
            and {{ add_months('islands.month_on', 1) }} <= coalesce(spells.until_on, date '9999-12-31')
    where
        not islands.is_working
        and islands.is_reporting

),

placed as (

    select
        *,
        row_number() over (
            partition by person_id, agency_id, spell_id, paid_run, work_count
            order by month_number
        ) as place
    from spelled

),

-- months paid before the registration count for the explanation only
before_registration as (

    select
        islands.person_id,
        islands.agency_id,
        islands.paid_run,
        islands.work_count,
        islands.month_on
    from islands
    where
        not islands.is_working
        and islands.is_reporting

),

runs as (

    select
        person_id,
        agency_id,
        spell_id,
        paid_run,
        work_count,
        max(identity_tier) as identity_tier,
        count(case when is_registered then 1 end) as month_count,
        min(case when is_registered then month_on end) as first_registered_month_on,
        min(month_on) as first_month_on,
        max(month_on) as last_month_on,
        min(first_listed_on) as first_listed_on,
        max(listing_count) as listing_count,
        max(case when place = 1 then file_hash end) as file_hash,
        max(case when place = 1 then row_number end) as row_number,
        max(first_received_on) as all_seen_on,
        min(first_received_on) as reports_seen_on,
        max(received_on) as last_seen_on
    from placed
    group by person_id, agency_id, spell_id, paid_run, work_count

),

with_earlier as (

    select
        runs.person_id,
        runs.agency_id,
        runs.spell_id,
        runs.paid_run,
        runs.work_count,
        count(before_registration.month_on) as earlier_month_count,
        min(before_registration.month_on) as earliest_month_on
    from runs
    left join before_registration
        on
            runs.person_id = before_registration.person_id
            and runs.agency_id = before_registration.agency_id
            and runs.paid_run = before_registration.paid_run
            and runs.work_count = before_registration.work_count
            and runs.last_month_on >= before_registration.month_on
    group by runs.person_id, runs.agency_id, runs.spell_id, runs.paid_run, runs.work_count

),

-- the drop that shows the last of the months that are needed
completed as (

    select
        placed.person_id,
        placed.agency_id,
        placed.spell_id,
        placed.paid_run,
        placed.work_count,
        max(placed.first_received_on) as seen_on
    from placed
    cross join parameters
    where placed.place <= parameters.absent_months
    group by placed.person_id, placed.agency_id, placed.spell_id, placed.paid_run, placed.work_count

),

explained as (

    select
        runs.*,
        case when runs.month_count < parameters.absent_months then 'new_hire' end as explained_by,
        case
            when runs.month_count < parameters.absent_months then with_earlier.earliest_month_on
            else runs.first_registered_month_on
        end as overlap_from_on,
        {{ add_months('runs.last_month_on', 1) }} as overlap_until_on,
        greatest(completed.seen_on, runs.first_listed_on) as first_seen_on
    from runs
    cross join parameters
    inner join with_earlier
        on
            runs.person_id = with_earlier.person_id
            and runs.agency_id = with_earlier.agency_id
            and runs.spell_id = with_earlier.spell_id
            and runs.paid_run = with_earlier.paid_run
            and runs.work_count = with_earlier.work_count
    inner join completed
        on
            runs.person_id = completed.person_id
            and runs.agency_id = completed.agency_id
            and runs.spell_id = completed.spell_id
            and runs.paid_run = completed.paid_run
            and runs.work_count = completed.work_count
    where
        runs.month_count >= parameters.absent_months
        or with_earlier.earlier_month_count >= parameters.absent_months

),

final as (

    select
        'absent_holder' as conflict_kind,
        person_id,
        person_id as subject_key,
        identity_tier,
        agency_id as employer_a_id,
        cast(null as {{ dbt.type_string() }}) as employer_b_id,
        spell_id as spell_a_id,
        cast(null as {{ dbt.type_string() }}) as spell_b_id,
        cast(null as date) as employer_a_from_on,
        cast(null as date) as employer_a_until_on,
        cast(null as {{ dbt.type_string() }}) as employer_a_evidence,
        cast(null as date) as employer_b_from_on,
        cast(null as date) as employer_b_until_on,
        cast(null as {{ dbt.type_string() }}) as employer_b_evidence,
        overlap_from_on,
        overlap_until_on,
        cast(null as {{ dbt.type_string() }}) as severity,
        explained_by,
        first_seen_on,
        last_seen_on,
        listing_count as personnel_count,
        first_listed_on as personnel_seen_on,
        cast(null as {{ dbt.type_string() }}) as other_dataset,
        0 as other_count,
        cast(null as date) as other_seen_on,
        {{ conflict_id("'absent_holder'", 'person_id', 'agency_id', 'agency_id', 'overlap_from_on') }}
            as conflict_id
    from explained

)

select * from final

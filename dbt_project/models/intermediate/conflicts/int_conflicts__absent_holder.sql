-- Registered and insured but without any work: months in which the agency paid the pension and issued reports, none of
-- them with the person. Work restarts the count, and so does an unpaid month. A person registered for fewer full months
-- than the threshold is a new hire.
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

-- full past months, paid by an agency that lists the person now or did so then
paid as (

    select
        insured.person_id,
        insured.payer_id as agency_id,
        insured.month_on,
        insured.month_number,
        insured.first_received_on,
        insured.received_on,
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

-- months before the person's first registration at the agency count for the explanation only; months in a gap between
-- two registrations do not count
first_spells as (

    select
        person_id,
        agency_id,
        min(from_on) as first_from_on
    from spells
    group by person_id, agency_id

),

counted as (

    select
        islands.person_id,
        islands.agency_id,
        islands.paid_run,
        islands.work_count,
        islands.month_on,
        islands.received_on,
        spells.spell_id,
        spells.identity_tier,
        spells.first_listed_on,
        spells.listing_count,
        greatest(islands.first_received_on, coalesce(spells.first_listed_on, islands.first_received_on)) as seen_on,
        coalesce(islands.month_on >= spells.from_on, false) as is_registered
    from islands
    inner join first_spells
        on
            islands.person_id = first_spells.person_id
            and islands.agency_id = first_spells.agency_id
    left join spells
        on
            islands.person_id = spells.person_id
            and islands.agency_id = spells.agency_id
            and {{ add_months('islands.month_on', 1) }} > spells.from_on
            and {{ add_months('islands.month_on', 1) }} <= coalesce(spells.until_on, {{ open_end() }})
    where
        not islands.is_working
        and islands.is_reporting
        and (coalesce(islands.month_on >= spells.from_on, false) or islands.month_on < first_spells.first_from_on)

),

ranked as (

    select
        *,
        row_number() over (
            partition by person_id, agency_id, paid_run, work_count
            order by case when is_registered then 0 else 1 end, month_on
        ) as row_rank,
        row_number() over (
            partition by person_id, agency_id, paid_run, work_count
            order by case when spell_id is null then 1 else 0 end, month_on
        ) as rank_in_spells
    from counted

),

runs as (

    select
        ranked.person_id,
        ranked.agency_id,
        max(ranked.identity_tier) as identity_tier,
        max(case when ranked.rank_in_spells = 1 then ranked.spell_id end) as spell_id,
        count(case when ranked.is_registered then 1 end) >= max(parameters.absent_months) as is_absent,
        min(case when ranked.is_registered then ranked.month_on end) as first_registered_month_on,
        min(ranked.month_on) as first_month_on,
        max(case when ranked.spell_id is not null then ranked.month_on end) as last_month_on,
        min(ranked.first_listed_on) as first_listed_on,
        max(ranked.listing_count) as listing_count,
        -- the drops that show the last of the months needed
        greatest(
            max(case when ranked.row_rank <= parameters.absent_months then ranked.seen_on end),
            min(ranked.first_listed_on)
        ) as first_seen_on,
        max(ranked.received_on) as last_seen_on
    from ranked
    cross join parameters
    group by ranked.person_id, ranked.agency_id, ranked.paid_run, ranked.work_count
    having
        count(ranked.spell_id) > 0
        and count(*) >= max(parameters.absent_months)

),

explained as (

    select
        *,
        case when not is_absent then 'new_hire' end as explained_by,
        case when is_absent then first_registered_month_on else first_month_on end as overlap_from_on,
        {{ add_months('last_month_on', 1) }} as overlap_until_on
    from runs

),

final as (

    select
        {{ detected_columns(
            'absent_holder', 'person_id', 'identity_tier', 'overlap_from_on', 'overlap_until_on', 'explained_by',
            'first_seen_on', 'last_seen_on',
            employer_a_id='agency_id',
            spell_a_id='spell_id',
            personnel_count='listing_count',
            personnel_seen_on='first_listed_on'
        ) }}
    from explained

)

select * from final

-- Two payers for the same months: the agency that registers the person, and another. Where two agencies both register
-- the person, the pair is compared once.
with

compared as (

    select * from {{ ref('int_person_payers_compared') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

doubled as (

    select
        *,
        least(agency_id, payer_id) as first_id,
        greatest(agency_id, payer_id) as second_id,
        row_number() over (
            partition by person_id, least(agency_id, payer_id), greatest(agency_id, payer_id), month_on
            order by agency_id, spell_id
        ) as direction,
        count(*) over (
            partition by person_id, least(agency_id, payer_id), greatest(agency_id, payer_id), month_on
        ) as direction_count
    from compared
    where
        is_own_pension_paid
        and (is_pension_paid or is_work_injury_paid)

),

ranked as (

    select
        *,
        row_number() over (
            partition by person_id, first_id, second_id
            order by case when is_pension_paid then 0 else 1 end, month_number
        ) as row_rank,
        row_number() over (
            partition by person_id, first_id, second_id, is_pension_paid
            order by greatest(shown_on, own_first_received_on), month_number
        ) as shown_rank
    from doubled
    where direction = 1

),

pairs as (

    select
        person_id,
        first_id,
        second_id,
        max(case when row_rank = 1 then agency_id end) as agency_id,
        max(case when row_rank = 1 then payer_id end) as payer_id,
        count(case when is_pension_paid then 1 end) as pension_month_count,
        count(*) as month_count,
        -- a late payment explains the agency that registers the person, not the other payer
        count(
            case
                when
                    is_pension_paid
                    and is_own_pension_paid_on_time
                    and (is_pension_paid_on_time or direction_count = 1)
                    then 1
            end
        ) as on_time_month_count,
        count(case when is_pension_paid and not is_month_of_change then 1 end) as settled_month_count,
        count(case when is_labour_broker then 1 end) > 0 as is_labour_broker,
        min(case when is_pension_paid then month_on end) as first_pension_month_on,
        max(case when is_pension_paid then month_on end) as last_pension_month_on,
        min(month_on) as first_month_on,
        max(month_on) as last_month_on,
        min(
            case
                when is_pension_paid and shown_rank = parameters.double_insurance_months
                    then greatest(shown_on, own_first_received_on)
            end
        ) as pension_seen_on,
        max(greatest(shown_on, own_first_received_on)) as all_seen_on,
        {{ months_summarised() }}
    from ranked
    cross join parameters
    group by person_id, first_id, second_id

),

explained as (

    select
        pairs.*,
        case
            when pairs.is_labour_broker then 'labour_broker'
            when pairs.is_branch then 'branch'
            when
                pairs.pension_month_count >= parameters.double_insurance_months
                and pairs.on_time_month_count < parameters.double_insurance_months
                then 'back_payment'
            when
                pairs.pension_month_count >= parameters.double_insurance_months
                and pairs.settled_month_count < parameters.double_insurance_months
                then 'settlement_month'
            when pairs.pension_month_count < parameters.double_insurance_months then 'injury_only'
        end as explained_by,
        case
            when pairs.pension_month_count >= parameters.double_insurance_months then pairs.first_pension_month_on
            else pairs.first_month_on
        end as overlap_from_on,
        case
            when pairs.pension_month_count >= parameters.double_insurance_months
                then {{ add_months('pairs.last_pension_month_on', 1) }}
            else {{ add_months('pairs.last_month_on', 1) }}
        end as overlap_until_on,
        coalesce(pairs.pension_seen_on, pairs.all_seen_on) as first_seen_on
    from pairs
    cross join parameters
    where pairs.month_count >= parameters.double_insurance_months

),

final as (

    select
        {{ insurance_conflict('double_insurance') }}
    from explained

)

select * from final

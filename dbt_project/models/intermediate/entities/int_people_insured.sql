-- Who paid whose social insurance for which month. Paid = on time or later. A pension in the scheme of public bodies is
-- kept apart.
with

social_insurance as (

    select * from {{ ref('stg_registry__social_insurance') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

paid as (

    select
        coalesce(people.person_id, social_insurance.person_key) as person_id,
        social_insurance.payer_id,
        social_insurance.payer_name,
        social_insurance.person_name,
        {{ month_start('social_insurance.period_month_on') }} as month_on,
        social_insurance.insurance_code in ('pension_enterprise', 'pension_public') as is_pension,
        social_insurance.insurance_code = 'pension_public' as is_public_pension,
        social_insurance.insurance_code = 'work_injury' as is_work_injury,
        social_insurance.payment_status = 'normal' as is_paid_on_time,
        social_insurance.received_on,
        social_insurance.first_received_on,
        social_insurance.file_hash,
        social_insurance.row_number,
        row_number() over (
            partition by
                coalesce(people.person_id, social_insurance.person_key),
                social_insurance.payer_id,
                {{ month_start('social_insurance.period_month_on') }}
            order by
                case when social_insurance.insurance_code like 'pension%' then 0 else 1 end,
                social_insurance.first_received_on,
                social_insurance.row_key
        ) as row_rank
    from social_insurance
    left join people
        on social_insurance.person_key = people.reference_id
    where
        social_insurance.person_key is not null
        and social_insurance.payment_status in ('normal', 'back_paid')

),

final as (

    select
        person_id,
        payer_id,
        month_on,
        {{ month_index('month_on') }} as month_number,
        max(payer_name) as payer_name,
        max(person_name) as person_name,
        count(case when is_pension then 1 end) > 0 as is_pension_paid,
        count(case when is_pension and is_paid_on_time then 1 end) > 0 as is_pension_paid_on_time,
        count(case when is_public_pension then 1 end) > 0 as is_public_pension_paid,
        count(case when is_work_injury then 1 end) > 0 as is_work_injury_paid,
        min(case when is_pension then first_received_on end) as pension_first_received_on,
        min(first_received_on) as first_received_on,
        max(received_on) as received_on,
        max(case when row_rank = 1 then file_hash end) as file_hash,
        max(case when row_rank = 1 then row_number end) as row_number
    from paid
    group by person_id, payer_id, month_on

)

select * from final

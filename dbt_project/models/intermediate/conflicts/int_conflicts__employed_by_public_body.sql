-- A public body or a mass or social organisation pays the pension of a registered engineer: one month is enough. A
-- labour broker explains it only if it is an enterprise: a public body named like a broker is still a hit.
with

compared as (

    select * from {{ ref('int_person_payers_compared') }}

),

paid as (

    select
        *,
        month_number - row_number() over (partition by person_id, agency_id, payer_id order by month_number) as run
    from compared
    where
        is_pension_paid
        and is_public_body

),

ranked as (

    select
        *,
        row_number() over (partition by person_id, agency_id, payer_id, run order by month_number) as row_rank
    from paid

),

runs as (

    select
        person_id,
        agency_id,
        payer_id,
        run,
        count(case when is_labour_broker and is_enterprise then 1 end) > 0 as is_labour_broker,
        min(month_on) as overlap_from_on,
        {{ add_months('max(month_on)', 1) }} as overlap_until_on,
        min(shown_on) as first_seen_on,
        {{ months_summarised() }}
    from ranked
    group by person_id, agency_id, payer_id, run

),

explained as (

    select
        *,
        case
            when is_labour_broker then 'labour_broker'
            when is_branch then 'branch'
        end as explained_by
    from runs

),

final as (

    select
        {{ insurance_conflict('employed_by_public_body') }}
    from explained

)

select * from final

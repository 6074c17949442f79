-- A public body or a mass or social organisation pays the pension of a registered engineer: one month is enough.
-- A payer that hires out labour explains it only where it is an enterprise: a body's own name is the hit itself.
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

placed as (

    select
        *,
        row_number() over (partition by person_id, agency_id, payer_id, run order by month_number) as place
    from paid

),

runs as (

    select
        person_id,
        agency_id,
        payer_id,
        run,
        max(identity_tier) as identity_tier,
        count(case when is_labour_broker and is_enterprise then 1 end) > 0 as is_labour_broker,
        count(case when is_branch then 1 end) > 0 as is_branch,
        max(case when place = 1 then spell_id end) as spell_id,
        max(case when place = 1 then file_hash end) as file_hash,
        max(case when place = 1 then row_number end) as row_number,
        max(case when place = 1 then listing_count end) as listing_count,
        min(first_listed_on) as first_listed_on,
        min(month_on) as overlap_from_on,
        {{ add_months('max(month_on)', 1) }} as overlap_until_on,
        min(shown_on) as first_seen_on,
        max(last_shown_on) as last_seen_on
    from placed
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
        'employed_by_public_body' as conflict_kind,
        person_id,
        person_id as subject_key,
        identity_tier,
        agency_id as employer_a_id,
        payer_id as employer_b_id,
        spell_id as spell_a_id,
        cast(null as {{ dbt.type_string() }}) as spell_b_id,
        cast(null as date) as employer_a_from_on,
        cast(null as date) as employer_a_until_on,
        cast(null as {{ dbt.type_string() }}) as employer_a_evidence,
        overlap_from_on as employer_b_from_on,
        overlap_until_on as employer_b_until_on,
        'registry/social_insurance, first month ' || cast(overlap_from_on as {{ dbt.type_string() }}) || ', '
        || {{ file_place('file_hash', 'cast(null as ' ~ dbt.type_string() ~ ')', 'row_number') }} as employer_b_evidence,
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
        {{ conflict_id("'employed_by_public_body'", 'person_id', 'agency_id', 'payer_id', 'overlap_from_on') }}
            as conflict_id
    from explained

)

select * from final

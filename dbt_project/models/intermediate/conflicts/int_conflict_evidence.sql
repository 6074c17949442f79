-- The evidence behind each conflict: rows per dataset, and the day on which the last of its datasets joined.
with

conflicts as (

    select * from {{ ref('int_conflicts_detected') }}

),

employers as (

    select * from {{ ref('int_conflict_employers') }}

),

insured as (

    select * from {{ ref('int_people_insured') }}

),

worked as (

    select * from {{ ref('int_people_worked') }}

),

evidence as (

    select
        conflict_id,
        'personnel' as dataset,
        personnel_count as row_count,
        personnel_seen_on as seen_on
    from conflicts
    where personnel_count > 0
    union all
    select
        conflict_id,
        other_dataset as dataset,
        other_count as row_count,
        other_seen_on as seen_on
    from conflicts
    where other_count > 0
    union all
    select
        employers.conflict_id,
        'social_insurance' as dataset,
        count(*) as row_count,
        min(insured.pension_first_received_on) as seen_on
    from employers
    inner join insured
        on
            employers.person_id = insured.person_id
            and employers.employer_id = insured.payer_id
            and employers.overlap_from_on <= insured.month_on
            and employers.evidence_until_on > insured.month_on
    where insured.is_pension_paid
    group by employers.conflict_id
    union all
    select
        employers.conflict_id,
        worked.dataset,
        count(distinct worked.source_key) as row_count,
        min(worked.first_received_on) as seen_on
    from employers
    inner join worked
        on
            employers.person_id = worked.person_id
            and employers.employer_id = worked.agency_id
            and employers.overlap_from_on <= worked.worked_on
            and employers.evidence_until_on > worked.worked_on
    group by employers.conflict_id, worked.dataset

),

datasets as (

    select
        conflict_id,
        dataset,
        sum(row_count) as row_count,
        min(seen_on) as seen_on
    from evidence
    group by conflict_id, dataset

),

final as (

    select
        conflict_id,
        cast(count(*) as integer) as dataset_count,
        {%- for name, dataset in [
            ('personnel', 'personnel'), ('insurance', 'social_insurance'), ('report', 'reports'),
            ('checkin', 'checkins'), ('other', 'merit_claims'),
        ] %}
            cast(sum(case when dataset = '{{ dataset }}' then row_count else 0 end) as integer) as {{ name }}_count,
        {%- endfor %}
        max(seen_on) as last_dataset_joined_on
    from datasets
    group by conflict_id

)

select * from final

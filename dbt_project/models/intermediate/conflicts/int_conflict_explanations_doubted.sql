-- Explanations in doubt: a row that was not read must never explain a conflict. Either the explanation rests on the
-- absence of something from a list or a dataset, and a quarantined row may have shown it: a row of the person, or of no
-- known person at one of the employers (of anybody there, if the explanation is about everybody there). Or a decision
-- on the conflict, which would override any explanation, is quarantined.
with

conflicts as (

    select * from {{ ref('int_conflicts_detected') }}
    where explained_by is not null

),

datasets as (

    select * from {{ ref('evidence_datasets') }}
    where result_kind in ('explanation', 'agency_explanation')

),

rows_missing as (

    select * from {{ ref('int_rows_missing') }}

),

identities as (

    select * from {{ ref('int_people_identified') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

employers as (
    {% for side in ['a', 'b'] %}
        select
            conflicts.conflict_id,
            conflicts.employer_{{ side }}_id as agency_id,
            datasets.source,
            datasets.dataset,
            datasets.result_kind = 'agency_explanation' as is_of_anybody
        from conflicts
        inner join datasets
            on conflicts.explained_by = datasets.kind_code
        where conflicts.employer_{{ side }}_id is not null
        {% if not loop.last %}union{% endif %}
    {%- endfor %}

),

people as (

    select
        conflicts.conflict_id,
        conflicts.person_id,
        datasets.source,
        datasets.dataset
    from conflicts
    inner join datasets
        on conflicts.explained_by = datasets.kind_code
    where conflicts.person_id is not null

),

-- a branch's row is also its agency's
agencies_unread as (

    select
        source,
        dataset,
        agency_id,
        person_key
    from rows_missing
    union
    select
        rows_missing.source,
        rows_missing.dataset,
        branches.agency_id,
        rows_missing.person_key
    from rows_missing
    inner join branches
        on rows_missing.agency_id = branches.branch_id

),

people_unread as (

    select
        rows_missing.source,
        rows_missing.dataset,
        coalesce(identities.person_id, rows_missing.person_key) as person_id
    from rows_missing
    left join identities
        on rows_missing.person_key = identities.reference_id
    where rows_missing.person_key is not null

),

ids as (

    select * from {{ ref('int_conflict_ids') }}

),

final as (

    select employers.conflict_id
    from employers
    inner join agencies_unread
        on
            employers.agency_id = agencies_unread.agency_id
            and employers.source = agencies_unread.source
            and employers.dataset = agencies_unread.dataset
    where agencies_unread.person_key is null or employers.is_of_anybody
    union
    select people.conflict_id
    from people
    inner join people_unread
        on
            people.person_id = people_unread.person_id
            and people.source = people_unread.source
            and people.dataset = people_unread.dataset
    union
    select conflicts.conflict_id
    from conflicts
    inner join ids
        on conflicts.conflict_id = ids.conflict_id
    inner join rows_missing
        on md5(ids.object_id) = rows_missing.object_hash

)

select * from final

-- Evidence missing for each conflict: that of either employer, of the person or of a decision on it, and evidence
-- missing for everybody.
with

conflicts as (

    select {{ assessed_columns() }} from {{ ref('int_conflicts_assessed') }}
    union all
    select {{ assessed_columns() }} from {{ ref('int_conflicts__shell_successor') }}

),

named as (

    select
        conflict_id,
        conflict_kind,
        md5(object_id) as object_hash
    from {{ ref('int_conflict_ids') }}
    union all
    select
        conflict_id,
        conflict_kind,
        md5(conflict_id) as object_hash
    from {{ ref('int_conflicts__shell_successor') }}

),

missing as (

    select * from {{ ref('int_evidence_missing') }}

),

rested_on as (

    select * from {{ ref('int_evidence_rested_on') }}
    where result_kind = 'conflict'

),

missing_of_kinds as (

    select
        rested_on.kind_code,
        missing.is_everyones,
        missing.agency_id,
        missing.person_id,
        missing.object_hash,
        missing.missing_text
    from rested_on
    inner join missing
        on
            rested_on.source = missing.source
            and rested_on.dataset = missing.dataset

),

found as (

    select
        conflicts.conflict_id,
        missing_of_kinds.missing_text
    from conflicts
    inner join missing_of_kinds
        on conflicts.conflict_kind = missing_of_kinds.kind_code
    where missing_of_kinds.is_everyones
    {%- for column, of in [
        ('employer_a_id', 'agency_id'),
        ('employer_b_id', 'agency_id'),
        ('person_key', 'person_id'),
        ('other_person_key', 'person_id'),
    ] %}
        union
        select
            conflicts.conflict_id,
            missing_of_kinds.missing_text
        from conflicts
        inner join missing_of_kinds
            on
                conflicts.conflict_kind = missing_of_kinds.kind_code
                and conflicts.{{ column }} = missing_of_kinds.{{ of }}
    {%- endfor %}
    union
    select
        named.conflict_id,
        missing_of_kinds.missing_text
    from named
    inner join missing_of_kinds
        on
            named.conflict_kind = missing_of_kinds.kind_code
            and named.object_hash = missing_of_kinds.object_hash

),

final as (

    select
        conflict_id,
        {{ joined_text('missing_text', '、', ['missing_text']) }} as incomplete_because
    from found
    group by conflict_id

)

select * from final

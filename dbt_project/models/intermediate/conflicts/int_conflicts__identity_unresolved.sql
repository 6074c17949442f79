-- Pairs of rows that may be one person. Only people decide which are.
{%- set listed_from = "'registry/personnel, drops from ' || cast(%s as " ~ dbt.type_string() ~ ')' %}
with

unresolved as (

    select * from {{ ref('int_identities_unresolved') }}

),

final as (

    select
        {{ detected_columns(
            'identity_unresolved', 'person_id', 'identity_tier', 'employer_a_id', 'employer_b_id', 'employer_a_from_on',
            'employer_a_until_on', 'employer_b_from_on', 'employer_b_until_on', 'overlap_from_on', 'overlap_until_on',
            'first_seen_on', 'last_seen_on', 'personnel_count',
            conflict_id='pair_id',
            employer_a_evidence=listed_from | format('employer_a_from_on'),
            employer_b_evidence=listed_from | format('employer_b_from_on'),
            personnel_seen_on='first_seen_on'
        ) }}
    from unresolved

)

select * from final

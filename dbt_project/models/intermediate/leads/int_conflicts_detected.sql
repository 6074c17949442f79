{%- set kinds = [
    'double_registration', 'counted_twice', 'paid_by_other_firm', 'employed_by_public_body', 'double_insurance',
    'signed_for_other_agency', 'certificate_shared', 'impossible_presence', 'absent_holder', 'expired_registration',
    'merit_claimed_twice', 'identity_unresolved'
] -%}
-- All kinds of conflicts of people side by side: one row per conflict, before anyone's decision.
with

{% for kind in kinds -%}
    {{ kind }} as (

        select * from {{ ref('int_leads__' ~ kind) }}

    ),

{% endfor -%}
final as (
    {% for kind in kinds %}
        select
            conflict_id,
            conflict_kind,
            person_id,
            {% if kind == 'certificate_shared' %}other_person_id{% else %}cast(null as {{ dbt.type_string() }}){% endif %} as other_person_id,
            identity_tier,
            employer_a_id,
            employer_b_id,
            spell_a_id,
            spell_b_id,
            employer_a_from_on,
            employer_a_until_on,
            employer_a_evidence,
            employer_b_from_on,
            employer_b_until_on,
            employer_b_evidence,
            overlap_from_on,
            overlap_until_on,
            severity,
            explained_by,
            first_seen_on,
            last_seen_on,
            personnel_count,
            personnel_seen_on,
            other_dataset,
            other_count,
            other_seen_on
        from {{ kind }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

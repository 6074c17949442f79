-- Former ids of identity_unresolved pairs, made from former ids of their persons.
with

unresolved as (

    select * from {{ ref('int_identities_unresolved') }}

),

renamed as (

    select * from {{ ref('int_people_renamed') }}

),

{% for side in ['person_id', 'other_person_id'] %}
    {{ side }}_forms as (

        select
            pair_id,
            {{ side }} as form
        from unresolved
        union all
        select
            unresolved.pair_id,
            renamed.former_person_id as form
        from unresolved
        inner join renamed on unresolved.{{ side }} = renamed.base_person_id

    ),
{% endfor %}
-- of two persons the lower id stands first
final as (

    select distinct
        unresolved.pair_id,
        {{ conflict_id(
            "'identity_unresolved'",
            "least(person_id_forms.form, other_person_id_forms.form) || '+' || greatest(person_id_forms.form, other_person_id_forms.form)",
            'unresolved.employer_a_id', 'unresolved.employer_b_id', 'unresolved.overlap_from_on'
        ) }} as former_pair_id
    from unresolved
    inner join person_id_forms on unresolved.pair_id = person_id_forms.pair_id
    inner join other_person_id_forms on unresolved.pair_id = other_person_id_forms.pair_id
    where person_id_forms.form <> unresolved.person_id or other_person_id_forms.form <> unresolved.other_person_id

)

select * from final

-- Former ids of conflicts, made from codes as earlier releases kept them: of a person, a registration number or a
-- document. Decisions still use them.
with

conflicts as (

    select * from {{ ref('int_conflicts_detected') }}

),

former_codes as (

    select * from {{ ref('stg_lake__former_codes') }}

),

persons_formerly as (

    select * from {{ ref('int_persons_renamed') }}

),

identities_renamed as (

    select * from {{ ref('int_identities_renamed') }}

),

of_a_code as (

    select
        *,
        coalesce(other_person_id, person_id) as second_person_id
    from conflicts
    where subject_code is not null

),

-- each part of a subject in its present and its former form
code_forms as (

    select
        conflict_id,
        subject_code as form
    from of_a_code
    union
    select
        of_a_code.conflict_id,
        former_codes.former_code as form
    from of_a_code
    inner join former_codes
        on
            of_a_code.subject_code = former_codes.code
            and case
                when of_a_code.conflict_kind = 'merit_claimed_twice' then former_codes.dataset = 'merit_claims'
                else former_codes.dataset in ('personnel', 'reports')
            end

),

{% for side in ['person_id', 'second_person_id'] %}
    {{ side }}_forms as (

        select
            conflict_id,
            {{ side }} as form
        from of_a_code
        union
        select
            of_a_code.conflict_id,
            persons_formerly.former_person_id as form
        from of_a_code
        inner join persons_formerly on of_a_code.{{ side }} = persons_formerly.person_id

    ),
{% endfor %}
subjects_formerly as (

    select
        conflicts.conflict_id,
        persons_formerly.former_person_id as former_subject
    from conflicts
    inner join persons_formerly on conflicts.person_id = persons_formerly.person_id
    where conflicts.subject = conflicts.person_id

    union all

    -- documents were compared in upper case, with one form of brackets
    select
        of_a_code.conflict_id,
        translate(upper(code_forms.form), '[]()【】﹝﹞', '〔〕〔〕〔〕〔〕') as former_subject
    from of_a_code
    inner join code_forms on of_a_code.conflict_id = code_forms.conflict_id
    where of_a_code.subject = of_a_code.subject_code

    union all

    -- of two persons the lower id stands first; it is followed by the two names of one person
    select
        of_a_code.conflict_id,
        code_forms.form
        || '+' || least(person_id_forms.form, second_person_id_forms.form)
        || '+' || greatest(person_id_forms.form, second_person_id_forms.form)
        || substring(
            of_a_code.subject,
            length(of_a_code.subject_code) + length(of_a_code.person_id) + length(of_a_code.second_person_id) + 3
        ) as former_subject
    from of_a_code
    inner join code_forms on of_a_code.conflict_id = code_forms.conflict_id
    inner join person_id_forms on of_a_code.conflict_id = person_id_forms.conflict_id
    inner join second_person_id_forms on of_a_code.conflict_id = second_person_id_forms.conflict_id
    where of_a_code.subject <> of_a_code.subject_code

),

renamed as (

    select
        conflicts.conflict_id,
        {{ conflict_id(
            'conflicts.conflict_kind', 'subjects_formerly.former_subject', 'conflicts.employer_a_id',
            'conflicts.employer_b_id', 'conflicts.overlap_from_on'
        ) }} as former_conflict_id
    from subjects_formerly
    inner join conflicts on subjects_formerly.conflict_id = conflicts.conflict_id
    where subjects_formerly.former_subject <> conflicts.subject

    union

    select
        pair_id as conflict_id,
        former_pair_id as former_conflict_id
    from identities_renamed

),

final as (

    select distinct
        conflict_id,
        former_conflict_id
    from renamed

)

select * from final

{# Shared by the detectors of social insurance: months of int_person_payers_compared as groups, and the conflict of a
   group. #}

{# The columns of a group of months, for any detector; `row_rank` numbers its months, and the first gives the source row. #}
{% macro months_summarised() -%}
    max(identity_tier) as identity_tier,
    count(case when is_branch then 1 end) > 0 as is_branch,
    max(case when row_rank = 1 then spell_id end) as spell_id,
    max(case when row_rank = 1 then file_hash end) as file_hash,
    max(case when row_rank = 1 then row_number end) as row_number,
    max(case when row_rank = 1 then listing_count end) as listing_count,
    min(first_listed_on) as first_listed_on,
    max(last_shown_on) as last_seen_on
{%- endmacro %}

{# The agency's days are those of the spell; the payer's are the months. #}
{% macro insurance_conflict(kind) -%}
    {%- set no_sheet = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {{ detected_columns(
        kind, 'person_id', 'identity_tier', 'overlap_from_on', 'overlap_until_on', 'explained_by', 'first_seen_on',
        'last_seen_on',
        employer_a_id='agency_id',
        employer_b_id='payer_id',
        spell_a_id='spell_id',
        employer_b_from_on='overlap_from_on',
        employer_b_until_on='overlap_until_on',
        employer_b_evidence="'registry/social_insurance, first month ' || cast(overlap_from_on as " ~ dbt.type_string()
            ~ ") || ', ' || " ~ file_place('file_hash', no_sheet, 'row_number'),
        personnel_count='listing_count',
        personnel_seen_on='first_listed_on'
    ) }}
{%- endmacro %}

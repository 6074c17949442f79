{#
The columns that every conflict shares, each defined once: name, type and default. A kind passes only what it has: names of
columns of its last CTE, and `employer_a_id='agency_id'` for columns that have another name there. Called without
arguments, both macros give the names alone, for a union.
#}

{# The columns of a conflict as detected. conflict_id is made from the other arguments; `subject` is what the conflict is
   about where that is not the person, `subject_code` the number in it. #}
{% macro detected_columns(kind=none) -%}
    {%- set columns = [
        ('conflict_id', 'text', 'null'),
        ('conflict_kind', 'text', 'null'),
        ('subject', 'text', 'null'),
        ('subject_code', 'text', 'null'),
        ('person_id', 'text', 'null'),
        ('other_person_id', 'text', 'null'),
        ('identity_tier', 'text', 'null'),
        ('employer_a_id', 'text', 'null'),
        ('employer_b_id', 'text', 'null'),
        ('spell_a_id', 'text', 'null'),
        ('spell_b_id', 'text', 'null'),
        ('employer_a_from_on', 'date', 'null'),
        ('employer_a_until_on', 'date', 'null'),
        ('employer_a_evidence', 'text', 'null'),
        ('employer_b_from_on', 'date', 'null'),
        ('employer_b_until_on', 'date', 'null'),
        ('employer_b_evidence', 'text', 'null'),
        ('overlap_from_on', 'date', 'null'),
        ('overlap_until_on', 'date', 'null'),
        ('severity', 'text', 'null'),
        ('explained_by', 'text', 'null'),
        ('first_seen_on', 'date', 'null'),
        ('last_seen_on', 'date', 'null'),
        ('personnel_count', 'integer', '0'),
        ('personnel_seen_on', 'date', 'null'),
        ('other_dataset', 'text', 'null'),
        ('other_count', 'integer', '0'),
        ('other_seen_on', 'date', 'null'),
    ] -%}
    {%- if kind is none -%}
        {{ column_names(columns) }}
    {%- else -%}
        {%- set given = {'conflict_kind': "'" ~ kind ~ "'"} -%}
        {%- for name in varargs -%}
            {%- do given.update({name: name}) -%}
        {%- endfor -%}
        {%- do given.update(kwargs) -%}
        {%- if 'subject' not in given -%}
            {%- do given.update({'subject': given.get('person_id')}) -%}
        {%- endif -%}
        {%- if 'conflict_id' not in given -%}
            {%- do given.update({'conflict_id': conflict_id(
                given['conflict_kind'], given['subject'], given['employer_a_id'],
                given.get('employer_b_id', given['employer_a_id']), given['overlap_from_on']
            )}) -%}
        {%- endif -%}
        {{ typed_columns(columns, given) }}
    {%- endif -%}
{%- endmacro %}

{# The columns of a conflict as an investigator reads it. #}
{% macro assessed_columns() -%}
    {%- set columns = [
        ('conflict_id', 'text', 'null'),
        ('conflict_kind', 'text', 'null'),
        ('severity', 'text', 'null'),
        ('confidence', 'decimal(5, 4)', 'null'),
        ('base_confidence', 'decimal(5, 4)', 'null'),
        ('tier_factor', 'decimal(5, 4)', '1'),
        ('evidence_factor', 'decimal(5, 4)', '1'),
        ('identity_tier', 'text', 'null'),
        ('person_key', 'text', 'null'),
        ('other_person_key', 'text', 'null'),
        ('engineer_name', 'text', 'null'),
        ('engineer_level', 'text', 'null'),
        ('registration_no', 'text', 'null'),
        ('employer_a_id', 'text', 'null'),
        ('employer_a_name', 'text', 'null'),
        ('employer_a_kind', 'text', 'null'),
        ('employer_a_from_on', 'date', 'null'),
        ('employer_a_until_on', 'date', 'null'),
        ('employer_a_evidence', 'text', 'null'),
        ('employer_b_id', 'text', 'null'),
        ('employer_b_name', 'text', 'null'),
        ('employer_b_kind', 'text', 'null'),
        ('employer_b_from_on', 'date', 'null'),
        ('employer_b_until_on', 'date', 'null'),
        ('employer_b_evidence', 'text', 'null'),
        ('overlap_from_on', 'date', 'null'),
        ('overlap_until_on', 'date', 'null'),
        ('overlap_days', 'integer', 'null'),
        ('explained_by', 'text', 'null'),
        ('explanations_tested', 'text', 'null'),
        ('status', 'text', 'null'),
        ('is_reopened', 'boolean', 'false'),
        ('decision_id', 'text', 'null'),
        ('decision_code', 'text', 'null'),
        ('decided_on', 'date', 'null'),
        ('due_on', 'date', 'null'),
        ('first_seen_on', 'date', 'null'),
        ('last_seen_on', 'date', 'null'),
        ('evidence_dataset_count', 'integer', '0'),
        ('personnel_evidence_count', 'integer', '0'),
        ('insurance_evidence_count', 'integer', '0'),
        ('report_evidence_count', 'integer', '0'),
        ('checkin_evidence_count', 'integer', '0'),
        ('other_evidence_count', 'integer', '0'),
        ('employer_a_engineer_count', 'integer', 'null'),
        ('employer_a_engineers_required', 'integer', 'null'),
        ('is_employer_a_below_without', 'boolean', 'false'),
        ('employer_b_engineer_count', 'integer', 'null'),
        ('employer_b_engineers_required', 'integer', 'null'),
        ('is_employer_b_below_without', 'boolean', 'false'),
        ('is_provisional', 'boolean', 'null'),
        ('as_of_on', 'date', 'null'),
    ] -%}
    {%- if not kwargs -%}
        {{ column_names(columns) }}
    {%- else -%}
        {%- set given = {} -%}
        {%- for name in varargs -%}
            {%- do given.update({name: name}) -%}
        {%- endfor -%}
        {%- do given.update(kwargs) -%}
        {{ typed_columns(columns, given) }}
    {%- endif -%}
{%- endmacro %}

{% macro column_names(columns) -%}
    {%- for name, _, _ in columns -%}
        {{ name }}{{ ', ' if not loop.last else '' }}
    {%- endfor -%}
{%- endmacro %}

{% macro typed_columns(columns, given) -%}
    {%- set unknown = given.keys() | reject('in', columns | map('first') | list) | list -%}
    {%- if unknown -%}
        {{ exceptions.raise_compiler_error('A conflict has no such column: ' ~ unknown | join(', ')) }}
    {%- endif -%}
    {%- for name, type, default in columns -%}
        cast({{ given.get(name, default) }} as {{ dbt.type_string() if type == 'text' else type }}) as {{ name }}
        {{- ',\n        ' if not loop.last else '' }}
    {%- endfor -%}
{%- endmacro %}

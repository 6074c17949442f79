{# Whether the door's notes on a row contain one; notes are joined by a comma. #}
{% macro has_flag(flags, note) -%}
    concat(',', {{ flags }}, ',') like '%,{{ note }},%'
{%- endmacro %}

{# Why the ID number in a person's column fails, from the door's notes; null = it does not. #}
{% macro id_failure(flags, person_column) -%}
    case
        {%- for reason in ['length', 'date', 'check_character', 'mask', 'several'] %}
            when {{ has_flag(flags, person_column ~ '_id_' ~ reason) }} then '{{ reason }}'
        {%- endfor %}
    end
{%- endmacro %}

{#
The rows with a note of the door that are not superseded (`key`, `updated` as in latest_rows). Only keys with a noted row
are ranked.
#}
{% macro rows_noted(received, is_noted, key='row_key', updated=none) -%}
    select *
    from (
        {{ latest_rows(
            '(select * from ' ~ received ~ ' where row_key in (select row_key from ' ~ received ~ ' where '
            ~ is_noted ~ ')) as named',
            key, updated
        ) }}
    ) as latest
    where {{ is_noted }}{{ ' and not is_deleted' if updated }}
{%- endmacro %}

{#
The people whose number fails in one column of a dataset, in rows that are not superseded (`key`, `updated` as in
latest_rows). With `last_of`, in the last drop that has the value of that column.
#}
{% macro people_unresolved(
    source_name, dataset, person_column, agency_id='null', person_name='null', source_key='source_key', report_no='null',
    key='row_key', updated=none, last_of=none
) -%}
    {%- set text = dbt.type_string() -%}
    {%- set received = source(source_name, dataset) -%}
    select
        '{{ source_name }}' as source,
        '{{ dataset }}' as dataset,
        '{{ person_column }}' as person_column,
        {{ id_failure('flags', person_column) }} as reason_code,
        cast({{ person_name }} as {{ text }}) as person_name,
        {{ person_column }}_mask as person_mask,
        cast({{ agency_id }} as {{ text }}) as agency_id,
        cast({{ report_no }} as {{ text }}) as report_no,
        cast({{ source_key }} as {{ text }}) as source_key,
        row_key,
        file_hash,
        received_on,
        sheet,
        row_number,
        file_position,
        file_name
    from (
        {{ rows_noted(received, id_failure('flags', person_column) ~ ' is not null', key, updated) }}
    ) as noted
    {%- if last_of %}
        inner join (
            select
                {{ last_of }} as seen_id,
                max(received_on) as last_seen_on
            from {{ received }}
            group by {{ last_of }}
        ) as seen
            on noted.{{ last_of }} = seen.seen_id and noted.received_on = seen.last_seen_on
    {%- endif %}
{%- endmacro %}

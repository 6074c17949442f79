{#
The two columns that say what evidence of a result is missing, from int_evidence_incomplete: `of_all` is the join on its rows
without an agency, `of_one` the join on the agency's rows.
#}
{% macro incomplete_evidence(of_all='incomplete_of_all', of_one='incomplete_of_one') -%}
    {{ of_all }}.incomplete_because is not null or {{ of_one }}.incomplete_because is not null as is_evidence_incomplete,
        case
            when {{ of_all }}.incomplete_because is null then {{ of_one }}.incomplete_because
            when {{ of_one }}.incomplete_because is null then {{ of_all }}.incomplete_because
            else concat({{ of_all }}.incomplete_because, '、', {{ of_one }}.incomplete_because)
        end as incomplete_because
{%- endmacro %}

{# The joins for it. `of_all` has one row per kind, so that nothing is stored once per agency. #}
{% macro join_incomplete_evidence(relation, result_kind, kind_code, agency_id) -%}
    left join {{ relation }} as incomplete_of_all
        on
            incomplete_of_all.result_kind = '{{ result_kind }}'
            and {{ kind_code }} = incomplete_of_all.kind_code
            and incomplete_of_all.agency_id is null
    left join {{ relation }} as incomplete_of_one
        on
            incomplete_of_one.result_kind = '{{ result_kind }}'
            and {{ kind_code }} = incomplete_of_one.kind_code
            and {{ agency_id }} = incomplete_of_one.agency_id
{%- endmacro %}

{# The contracts of a project as one, signed when the first of them was. #}
{% macro contracts_by_project(contracts) -%}
    select
        agency_id,
        project_no,
        min(signed_on) as signed_on,
        min(project_first_received_on) as first_received_on,
        max(received_on) as received_on
    from {{ contracts }}
    where project_no is not null
    group by agency_id, project_no
{%- endmacro %}

{# Matches a report that names no contract with a project of its own agency. #}
{% macro is_of_project(report, project) -%}
    {{ report }}.contract_no is null
    and {{ report }}.agency_id = {{ project }}.agency_id
    and {{ report }}.project_no = {{ project }}.project_no
{%- endmacro %}

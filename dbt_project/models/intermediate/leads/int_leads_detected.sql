{%- set kinds = [
    'report_before_contract', 'report_without_checkin', 'reports_per_day', 'report_number_repeated', 'systems_missing',
    'open_complaint', 'other_name', 'unqualified_person', 'subcontracting', 'unsigned_report', 'no_contract',
    'not_on_site', 'work_before_listing'
] -%}
-- All kinds of leads except conditions_unmet, which needs the directory.
with

final as (
    {% for kind in kinds %}
        select * from {{ ref('int_leads__' ~ kind) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

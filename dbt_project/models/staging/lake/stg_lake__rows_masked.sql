-- Rows in which the door masked an ID or mobile number outside its column, as received. A key that names a person is
-- left out: file, sheet and row lead back to it.
{%- set datasets = [
    ('complaints', 'hotline', none, true),
    ('complaints', 'media', 'agency_id', true),
    ('credit_desk', 'decisions', none, true),
    ('credit_desk', 'findings', 'agency_id', true),
    ('credit_desk', 'merit_claims', 'agency_id', true),
    ('credit_desk', 'repairs', 'agency_id', true),
    ('inspections', 'checks', 'agency_id', true),
    ('inspections', 'penalties', 'agency_id', true),
    ('platform', 'checkins', none, true),
    ('platform', 'contracts', 'agency_id', true),
    ('platform', 'reports', 'agency_id', true),
    ('registry', 'agencies', 'agency_id', true),
    ('registry', 'equipment', 'agency_id', true),
    ('registry', 'personnel', 'agency_id', false),
    ('registry', 'site_checks', 'agency_id', true),
    ('registry', 'social_insurance', 'payer_id', false),
] %}
with

final as (
    {% for source_name, dataset, agency_id, is_key_shown in datasets %}
        select
            '{{ source_name }}' as source,
            '{{ dataset }}' as dataset,
            {{ 'source_key' if is_key_shown else absent(dbt.type_string(), ['source_key']) }},
            {{ (agency_id ~ ' as agency_id') if agency_id else absent(dbt.type_string(), ['agency_id']) }},
            file_hash,
            received_on,
            sheet,
            row_number,
            file_position,
            file_name
        from {{ source(source_name, dataset) }}
        where {{ has_flag('flags', 'personal_number_masked') }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

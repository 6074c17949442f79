-- Rows in which the door masked an ID or mobile number outside its column: of events and months the rows that nothing
-- supersedes, of snapshots every drop. A key that names a person is left out: file, sheet and row lead back to it.
{%- set in_drop = 'received_on, row_key' %}
{%- set datasets = [
    ('complaints', 'hotline', none, true, 'row_key', none),
    ('complaints', 'media', 'agency_id', true, 'row_key', none),
    ('credit_desk', 'decisions', none, true, 'row_key', none),
    ('credit_desk', 'findings', 'agency_id', true, 'row_key', none),
    ('credit_desk', 'merit_claims', 'agency_id', true, 'row_key', none),
    ('credit_desk', 'repairs', 'agency_id', true, 'row_key', none),
    ('inspections', 'checks', 'agency_id', true, 'row_key', none),
    ('inspections', 'penalties', 'agency_id', true, 'row_key', none),
    ('platform', 'checkins', none, true, 'row_key', 'updated_ms'),
    ('platform', 'contracts', 'agency_id', true, 'row_key', 'updated_ms'),
    ('platform', 'reports', 'agency_id', true, 'row_key', 'updated_ms'),
    ('registry', 'agencies', 'agency_id', true, in_drop, none),
    ('registry', 'equipment', 'agency_id', true, in_drop, none),
    ('registry', 'personnel', 'agency_id', false, in_drop, none),
    ('registry', 'site_checks', 'agency_id', true, 'row_key', none),
    ('registry', 'social_insurance', 'payer_id', false, 'row_key', none),
] %}
with

final as (
    {% for source_name, dataset, agency_id, is_key_shown, key, updated in datasets %}
        select
            '{{ source_name }}' as source,
            '{{ dataset }}' as dataset,
            {{ 'source_key' if is_key_shown else absent(dbt.type_string(), ['source_key']) }},
            {{ (agency_id ~ ' as agency_id') if agency_id else absent(dbt.type_string(), ['agency_id']) }},
            row_key,
            file_hash,
            received_on,
            sheet,
            row_number,
            file_position,
            file_name
        from (
            {{ rows_noted(source(source_name, dataset), has_flag('flags', 'personal_number_masked'), key, updated) }}
        ) as noted
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

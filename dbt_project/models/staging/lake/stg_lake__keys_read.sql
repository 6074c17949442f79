-- When a row of the key of a quarantined one could be read: of a list in each drop, of what has one row per key the last time.
{%- set lists = [('registry', 'agencies'), ('registry', 'equipment'), ('registry', 'personnel')] %}
{%- set others = [
    ('complaints', 'hotline'),
    ('complaints', 'media'),
    ('credit_desk', 'decisions'),
    ('credit_desk', 'findings'),
    ('credit_desk', 'merit_claims'),
    ('credit_desk', 'repairs'),
    ('inspections', 'checks'),
    ('inspections', 'penalties'),
    ('platform', 'checkins'),
    ('platform', 'contracts'),
    ('platform', 'reports'),
    ('registry', 'site_checks'),
    ('registry', 'social_insurance'),
] %}
with

final as (
    {% for source_name, dataset in lists + others %}
        {%- set is_list = (source_name, dataset) in lists %}
        select
            '{{ source_name }}' as source,
            '{{ dataset }}' as dataset,
            {{ is_list }} as is_list,
            md5(row_key) as row_key_hash,
            max(received_on) as read_on
        from {{ source(source_name, dataset) }}
        where
            md5(row_key) in (
                select quarantined_rows.row_key_hash
                from {{ source('lake', 'quarantined_rows') }} as quarantined_rows
                where quarantined_rows.source = '{{ source_name }}' and quarantined_rows.dataset = '{{ dataset }}'
            )
        group by md5(row_key){{ ', received_on' if is_list }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

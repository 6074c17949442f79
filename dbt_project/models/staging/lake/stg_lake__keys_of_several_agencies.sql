-- Keys that name more than one agency over all rows received: of each agency the last row that names it, and which of them all
-- is the latest, which counts.
{%- set datasets = [
    ('complaints', 'media', none),
    ('credit_desk', 'findings', none),
    ('credit_desk', 'merit_claims', none),
    ('credit_desk', 'repairs', none),
    ('inspections', 'checks', none),
    ('inspections', 'penalties', none),
    ('platform', 'contracts', 'updated_ms'),
    ('platform', 'reports', 'updated_ms'),
    ('registry', 'site_checks', none),
] %}
with

final as (
    {% for source_name, dataset, updated in datasets %}
        {%- set received = source(source_name, dataset) %}
        select
            '{{ source_name }}' as source,
            '{{ dataset }}' as dataset,
            source_key,
            row_key,
            agency_id,
            file_name,
            file_hash,
            sheet,
            row_number,
            file_position,
            received_on,
            recency
        from (
            select
                *,
                row_number() over (
                    partition by row_key
                    order by received_on desc, {{ updated ~ ' desc, ' if updated }}{{ file_recency() }}
                ) as recency,
                row_number() over (
                    partition by row_key, agency_id
                    order by received_on desc, {{ updated ~ ' desc, ' if updated }}{{ file_recency() }}
                ) as recency_of_agency
            from {{ received }}
            where
                agency_id is not null
                and row_key in (
                    select row_key from {{ received }}
                    where agency_id is not null
                    group by row_key
                    having min(agency_id) <> max(agency_id)
                )
        ) as {{ dataset }}
        where recency_of_agency = 1
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

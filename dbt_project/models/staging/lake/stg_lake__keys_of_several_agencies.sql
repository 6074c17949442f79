-- Keys that have named more than one agency over all rows received: for each agency the last row that names it, and
-- which of these rows is the latest, which counts.
with

final as (
    {% for dataset in fromjson(datasets()) | selectattr('is_agency_beside_key', 'defined') %}
        {%- set received = source(dataset.source, dataset.name) %}
        {%- set latest_first = 'received_on desc, ' ~ (dataset.updated ~ ' desc, ' if dataset.updated else '') ~ file_recency() %}
        select
            '{{ dataset.source }}' as source,
            '{{ dataset.name }}' as dataset,
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
                cast(
                    row_number() over (
                        partition by row_key
                        order by {{ latest_first }}
                    ) as bigint
                ) as recency,
                row_number() over (
                    partition by row_key, agency_id
                    order by {{ latest_first }}
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
        ) as {{ dataset.name }}
        where recency_of_agency = 1
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

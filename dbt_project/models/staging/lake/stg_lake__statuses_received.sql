-- Every status that rows of the acts' own ledgers have ever shown, superseded rows included.
{%- set datasets = [('credit_desk', 'findings'), ('inspections', 'checks'), ('inspections', 'penalties')] %}
with

final as (
    {% for source_name, dataset in datasets %}
        select
            '{{ source_name }}' as source,
            '{{ dataset }}' as dataset,
            row_key,
            status_code,
            file_hash,
            received_on,
            file_position,
            file_name
        from {{ source(source_name, dataset) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

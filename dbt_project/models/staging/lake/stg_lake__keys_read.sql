-- When a row with the key of a quarantined row was readable: for a list in each drop, for other datasets the last time.
with

final as (
    {% for dataset in fromjson(datasets()) %}
        select
            '{{ dataset.source }}' as source,
            '{{ dataset.name }}' as dataset,
            {{ 'true' if dataset.is_list else 'false' }} as is_list,
            md5(row_key) as row_key_hash,
            max(received_on) as read_on
        from {{ source(dataset.source, dataset.name) }}
        where
            md5(row_key) in (
                select quarantined_rows.row_key_hash
                from {{ source('lake', 'quarantined_rows') }} as quarantined_rows
                where quarantined_rows.source = '{{ dataset.source }}' and quarantined_rows.dataset = '{{ dataset.name }}'
            )
        group by md5(row_key){{ ', received_on' if dataset.is_list }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

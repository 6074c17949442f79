-- Rows in which the door masked an ID or mobile number outside its column: of events and months the rows not
-- superseded, of snapshots every drop. Keys that name a person are left out: file, sheet and row lead back to the row.
with

final as (
    {% for dataset in fromjson(datasets()) %}
        {%- set agency_column = (dataset.agency_columns or []) | first %}
        select
            '{{ dataset.source }}' as source,
            '{{ dataset.name }}' as dataset,
            {{ absent(dbt.type_string(), ['source_key']) if dataset.is_person_in_key else 'source_key' }},
            {{ (agency_column ~ ' as agency_id') if agency_column else absent(dbt.type_string(), ['agency_id']) }},
            row_key,
            file_hash,
            received_on,
            sheet,
            row_number,
            file_position,
            file_name
        from (
            {{ rows_noted(
                source(dataset.source, dataset.name), has_flag('flags', 'personal_number_masked'),
                'received_on, row_key' if dataset.is_list else 'row_key', dataset.updated
            ) }}
        ) as noted
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

)

select * from final

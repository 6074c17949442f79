-- Every code that any row ever named, with its first receipt: superseded and deleted rows count too. Agencies that a
-- complaint names in words are found in int_complaints_matched.
with

decisions as (

    select * from {{ source('credit_desk', 'decisions') }}

),

named as (
    {% for dataset in fromjson(datasets()) %}
        {%- for column in dataset.agency_columns %}
            select
                '{{ dataset.source }}' as source,
                '{{ dataset.name }}' as dataset,
                {{ column }} as agency_id,
                min(received_on) as first_received_on
            from {{ source(dataset.source, dataset.name) }}
            where {{ column }} is not null
            group by {{ column }}

            union all
        {% endfor %}
    {%- endfor %}
    -- identity decisions: <dataset>:<source key>=<USCC>, <USCC>=<USCC>; a USCC has 18 characters
    select
        'credit_desk' as source,
        'decisions' as dataset,
        substring(object_id, length(object_id) - 17, 18) as agency_id,
        received_on as first_received_on
    from decisions
    where
        object_type = 'directory'
        or (object_type = 'identity' and substring(object_id, length(object_id) - 18, 1) = '=')

    union all

    select
        'credit_desk' as source,
        'decisions' as dataset,
        substring(object_id, 1, 18) as agency_id,
        received_on as first_received_on
    from decisions
    where object_type = 'identity' and {{ names_two_codes('object_id') }}

),

final as (

    select
        source,
        dataset,
        agency_id,
        min(first_received_on) as first_received_on
    from named
    group by source, dataset, agency_id

)

select * from final

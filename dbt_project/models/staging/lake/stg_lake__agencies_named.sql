-- Whose code a row ever named, and when first: a row that a later one supersedes, or deletes, named it, too. Whom a
-- complaint names in words, int_complaints_matched finds out.
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
    -- of an agency itself, or of what is its: <dataset>:<source key>=<USCC>, <USCC>=<USCC>; a USCC has 18 characters
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

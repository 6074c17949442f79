-- Whose code a row ever named, and when first: a row that a later one supersedes, or deletes, named it, too. Whom a
-- complaint names in words, int_complaints_matched finds out.
{%- set columns = [
    ('complaints', 'media', 'agency_id'),
    ('credit_desk', 'findings', 'agency_id'),
    ('credit_desk', 'merit_claims', 'agency_id'),
    ('credit_desk', 'repairs', 'agency_id'),
    ('inspections', 'checks', 'agency_id'),
    ('inspections', 'penalties', 'agency_id'),
    ('platform', 'contracts', 'agency_id'),
    ('platform', 'contracts', 'performed_by_id'),
    ('platform', 'reports', 'agency_id'),
    ('platform', 'reports', 'seal_agency_id'),
    ('registry', 'agencies', 'agency_id'),
    ('registry', 'equipment', 'agency_id'),
    ('registry', 'personnel', 'agency_id'),
    ('registry', 'site_checks', 'agency_id'),
    ('registry', 'social_insurance', 'payer_id'),
] %}
with

decisions as (

    select * from {{ source('credit_desk', 'decisions') }}

),

named as (
    {% for source_name, dataset, column in columns %}
        select
            '{{ source_name }}' as source,
            '{{ dataset }}' as dataset,
            {{ column }} as agency_id,
            min(received_on) as first_received_on
        from {{ source(source_name, dataset) }}
        where {{ column }} is not null
        group by {{ column }}

        union all
    {% endfor %}
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

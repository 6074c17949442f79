-- Agencies that a quarantined row may be about although it does not name them: the row of its key that counts now is
-- theirs, their code differs in one character from the code in the row, or their other rows have a number that the row
-- has. Of codes and numbers, only those of the closest kind count.
{%- set papers = [
    ('code', 0, 'codes_masked', 'masked_code', 'agency_id'),
    ('report', 1, 'reports', 'report_no', 'agency_id'),
    ('case', 1, 'findings', 'source_key', 'agency_id'),
    ('case', 1, 'checks', 'source_key', 'agency_id'),
    ('case', 1, 'checks', 'task_id', 'agency_id'),
    ('case', 1, 'penalties', 'source_key', 'agency_id'),
    ('case', 1, 'complaints', 'source_key', 'agency_id'),
    ('document', 1, 'merit_claims', 'document_no', 'agency_id'),
    ('device', 1, 'devices', 'device_no', 'agency_id'),
    ('contract', 2, 'contracts', 'contract_no', 'agency_id'),
    ('contract', 2, 'contracts', 'contract_no', 'performed_by_id'),
    ('contract', 2, 'reports', 'contract_no', 'agency_id'),
    ('project', 2, 'contracts', 'project_no', 'agency_id'),
    ('project', 2, 'contracts', 'project_no', 'performed_by_id'),
    ('project', 2, 'reports', 'project_no', 'agency_id'),
    ('task', 3, 'checks', 'task_id', 'agency_id'),
] %}
with

quarantined_rows as (

    select * from {{ ref('stg_lake__quarantined_rows') }}

),

names as (

    select * from {{ ref('stg_lake__quarantined_names') }}
    where name_hash is not null

),

findings as (

    select * from {{ ref('stg_credit_desk__findings') }}

),

merit_claims as (

    select * from {{ ref('stg_credit_desk__merit_claims') }}

),

repairs as (

    select * from {{ ref('stg_credit_desk__repairs') }}

),

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

penalties as (

    select * from {{ ref('stg_inspections__penalties') }}

),

contracts as (

    select * from {{ ref('stg_platform__contracts') }}

),

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

checkins as (

    select
        checkins.row_key,
        reports.agency_id
    from {{ ref('stg_platform__checkins') }} as checkins
    inner join reports
        on checkins.report_no = reports.report_no

),

site_checks as (

    select * from {{ ref('stg_registry__site_checks') }}

),

devices as (

    select
        *,
        concat(equipment_name, '|', coalesce(model, ''), '|', serial_no) as device_no
    from {{ ref('stg_registry__equipment') }}
    where serial_no is not null

),

complaints as (

    select * from {{ ref('int_complaints_matched') }}

),

characters as (

    select {{ integers_between(1, 18) }} as char_position

),

codes_masked as (

    select
        codes.agency_id,
        concat(
            substring(codes.agency_id, 1, characters.char_position - 1),
            '_',
            substring(codes.agency_id, characters.char_position + 1, 18)
        ) as masked_code
    from (
        select distinct agency_id
        from {{ ref('stg_lake__agencies_named') }}
    ) as codes
    cross join characters

),

papers as (
    {% for kind_code, closeness, relation, number, agency_id in papers %}
        select
            md5(concat('{{ kind_code }} ', {{ number }})) as number_hash,
            {{ closeness }} as closeness,
            {{ agency_id }} as agency_id
        from {{ relation }}
        where
            {{ number }} is not null
            and {{ agency_id }} is not null
            and md5(concat('{{ kind_code }} ', {{ number }})) in (select names.name_hash from names)
        {% if not loop.last %}union{% endif %}
    {%- endfor %}

),

by_number as (

    select
        names.source,
        names.dataset,
        names.received_on,
        names.file_hash,
        names.file_position,
        papers.agency_id,
        papers.closeness,
        rank() over (
            partition by names.source, names.dataset, names.received_on, names.file_hash, names.file_position
            order by papers.closeness
        ) as closeness_rank
    from names
    inner join papers
        on names.name_hash = papers.number_hash

),

keyed as (
    {% for relation, dataset, agency_id in [
        ('findings', "'findings'", 'agency_id'), ('merit_claims', "'merit_claims'", 'agency_id'),
        ('repairs', "'repairs'", 'agency_id'), ('checks', "'checks'", 'agency_id'),
        ('penalties', "'penalties'", 'agency_id'), ('contracts', "'contracts'", 'agency_id'),
        ('contracts', "'contracts'", 'performed_by_id'), ('reports', "'reports'", 'agency_id'),
        ('reports', "'reports'", 'seal_agency_id'), ('checkins', "'checkins'", 'agency_id'),
        ('site_checks', "'site_checks'", 'agency_id'), ('complaints', 'dataset', 'agency_id')
    ] %}
        select
            {{ dataset }} as dataset,
            md5(row_key) as row_key_hash,
            {{ agency_id }} as agency_id
        from {{ relation }}
        where
            {{ agency_id }} is not null
            and md5(row_key) in (select quarantined_rows.row_key_hash from quarantined_rows)
        {% if not loop.last %}union{% endif %}
    {%- endfor %}

),

final as (

    select
        quarantined_rows.source,
        quarantined_rows.dataset,
        quarantined_rows.received_on,
        quarantined_rows.file_hash,
        quarantined_rows.file_position,
        keyed.agency_id,
        'key' as link_basis
    from quarantined_rows
    inner join keyed
        on
            quarantined_rows.dataset = keyed.dataset
            and quarantined_rows.row_key_hash = keyed.row_key_hash
    union
    select
        source,
        dataset,
        received_on,
        file_hash,
        file_position,
        agency_id,
        case when closeness = 0 then 'code' else 'number' end as link_basis
    from by_number
    where closeness_rank = 1

)

select * from final

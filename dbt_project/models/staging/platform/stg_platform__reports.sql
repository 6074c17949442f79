-- The row received last, then updated last, supersedes; a deletion hides the row that it supersedes.
-- The first drop that shows each thing that a row can be evidence of: a change in other cells, or a repeat, is no new
-- evidence. Each list names the cells that count beside the report's agency: who signed; the agency alone; the date;
-- the contract, or the project if it names none; the job and its leader; the seal's state; who sealed it.
{%- set evidence = {
    'first_received_on': [
        'reported_on', 'technical_lead_key', 'project_lead_key', 'project_lead_registration_no'
    ],
    'agency_first_received_on': [],
    'dated_first_received_on': ['reported_on'],
    'contract_first_received_on': [
        'reported_on', 'contract_no', 'case when contract_no is null then project_no end'
    ],
    'job_first_received_on': ['reported_on', 'service_type', 'project_lead_key'],
    'seal_first_received_on': ['seal_status'],
    'seal_agency_first_received_on': ['contract_no', 'seal_agency_id'],
} %}
with

received as (

    select * from {{ source('platform', 'reports') }}

),

-- only rows whose key came again are compared: most come once
again as (

    {{ keys_that_came_again('received') }}

),

dated as (

    select
        *,
        {%- for column, cells in evidence.items() %}
            min(received_on) over (partition by {{ (['row_key', 'agency_id'] + cells) | join(', ') }}) as {{ column }},
        {%- endfor %}
        min(agency_id) over (partition by row_key) as least_agency_id,
        max(agency_id) over (partition by row_key) as greatest_agency_id
    from received
    where {{ came_again('received') }}

),

latest as (

    {{ latest_rows('dated', updated='updated_ms') }}
    union all
    select
        *,
        {%- for column in evidence %}
            received_on as {{ column }},
        {%- endfor %}
        agency_id as least_agency_id,
        agency_id as greatest_agency_id,
        1 as recency
    from received
    where not {{ came_again('received') }}

),

final as (

    select
        'platform' as source,
        'reports' as dataset,
        file_hash,
        received_on,
        {%- for column in evidence %}
            {{ column }},
        {%- endfor %}
        sheet,
        row_number,
        file_position,
        source_key,
        row_key,
        row_hash,
        flags,
        report_no,
        project_no,
        contract_no,
        agency_id,
        agency_name,
        -- of several agencies that ever used the number, one other than the row's own
        nullif(case when least_agency_id <> agency_id then least_agency_id else greatest_agency_id end, agency_id)
            as other_agency_id,
        service_type,
        reported_on,
        technical_lead_name,
        technical_lead_key,
        technical_lead_mask,
        technical_lead_id_status,
        project_lead_name,
        project_lead_key,
        project_lead_mask,
        project_lead_id_status,
        project_lead_registration_no,
        seal_status,
        seal_agency_id,
        updated_ms,
        is_deleted,
        file_name
    from latest
    where not is_deleted

)

select * from final

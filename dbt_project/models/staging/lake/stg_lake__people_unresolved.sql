-- People whose ID number fails at the door, with the row that names them: of events the rows not superseded, of
-- snapshots every drop. A month of insurance with a wrong number is never superseded by one with the right number, so
-- there the payer's last drop counts. Keys that name a person are left out.
with

final as (

    {{ people_unresolved(
        'registry', 'personnel', 'person', agency_id='agency_id', person_name='person_name', source_key='null',
        key='received_on, row_key'
    ) }}
    union all
    {{ people_unresolved(
        'registry', 'social_insurance', 'person', agency_id='payer_id', person_name='person_name', source_key='null',
        last_of='payer_id'
    ) }}
    union all
    {{ people_unresolved(
        'platform', 'reports', 'technical_lead', agency_id='agency_id', person_name='technical_lead_name',
        updated='updated_ms'
    ) }}
    union all
    {{ people_unresolved(
        'platform', 'reports', 'project_lead', agency_id='agency_id', person_name='project_lead_name',
        updated='updated_ms'
    ) }}
    union all
    {{ people_unresolved(
        'platform', 'checkins', 'person', person_name='person_name', report_no='report_no', updated='updated_ms'
    ) }}
    union all
    {{ people_unresolved('credit_desk', 'findings', 'person', agency_id='agency_id') }}
    union all
    {{ people_unresolved('credit_desk', 'merit_claims', 'person', agency_id='agency_id') }}

)

select * from final

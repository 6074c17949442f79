-- Ids of leads that followed from codes in the form in which earlier releases kept them: of a report, a contract, a
-- complaint, or the check or person that a lead is about. Decisions still name them.
with

leads as (

    select * from {{ ref('int_leads_detected') }}

),

former_codes as (

    select * from {{ ref('stg_lake__former_codes') }}

),

people as (

    select distinct
        base_person_id,
        person_id
    from {{ ref('int_people_identified') }}

),

people_renamed as (

    select * from {{ ref('int_people_renamed') }}

),

by_code as (

    select
        leads.lead_id,
        leads.lead_kind,
        leads.agency_id,
        former_codes.former_code as former_subject
    from leads
    inner join former_codes
        on
            leads.subject = former_codes.code
            and former_codes.dataset in ('reports', 'contracts', 'hotline', 'media')

),

-- a complaint whose case began with a check stands under the check's key, `<task>|<line>`
by_check as (

    select
        leads.lead_id,
        leads.lead_kind,
        leads.agency_id,
        concat(tasks.former_code, substring(leads.subject, length(tasks.code) + 1)) as former_subject
    from leads
    inner join former_codes as tasks
        on
            leads.lead_kind = 'open_complaint'
            and {{ dbt.split_part('leads.subject', "'|'", 1) }} = tasks.code
            and tasks.dataset = 'checks'

),

-- one person's reports of one day: the person, a space, the day
by_person as (

    select
        leads.lead_id,
        leads.lead_kind,
        leads.agency_id,
        people_renamed.former_person_id,
        substring(leads.subject, length(people.person_id) + 2) as worked_on
    from leads
    inner join people
        on
            leads.lead_kind = 'reports_per_day'
            and substring(leads.subject, 1, length(leads.subject) - 11) = people.person_id
    inner join people_renamed on people.base_person_id = people_renamed.base_person_id

),

final as (

    select distinct
        lead_id,
        {{ surrogate_key(['lead_kind', 'agency_id', 'former_subject']) }} as former_lead_id
    from (
        select * from by_code
        union all
        select * from by_check
    ) as coded

    union

    select
        lead_id,
        {{ surrogate_key(['lead_kind', 'agency_id', 'former_person_id', 'worked_on']) }} as former_lead_id
    from by_person

)

select * from final

-- Former ids of leads, made from codes as earlier releases kept them: of a report, a contract, a complaint, or the
-- check or person that a lead is about. Decisions still use them.
with

leads as (

    select * from {{ ref('int_leads_detected') }}

),

former_codes as (

    select * from {{ ref('stg_lake__former_codes') }}

),

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

persons_formerly as (

    select * from {{ ref('int_persons_renamed') }}

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

-- a complaint whose case began with a check has the check's key, `<task>|<line>`
begun_by_check as (

    select
        leads.lead_id,
        leads.lead_kind,
        leads.agency_id,
        leads.subject,
        checks.task_id,
        checks.task_line
    from leads
    inner join checks on leads.subject = checks.row_key
    where leads.lead_kind = 'open_complaint'

),

-- each part of the key in its present and its former form
{% for part in ['task_id', 'task_line'] %}
    {{ part }}_forms as (

        select
            lead_id,
            {{ part }} as form
        from begun_by_check
        union
        select
            begun_by_check.lead_id,
            former_codes.former_code as form
        from begun_by_check
        inner join former_codes
            on
                begun_by_check.{{ part }} = former_codes.code
                and former_codes.dataset = 'checks'

    ),
{% endfor %}
by_check as (

    select
        begun_by_check.lead_id,
        begun_by_check.lead_kind,
        begun_by_check.agency_id,
        concat(task_id_forms.form, '|', task_line_forms.form) as former_subject
    from begun_by_check
    inner join task_id_forms on begun_by_check.lead_id = task_id_forms.lead_id
    inner join task_line_forms on begun_by_check.lead_id = task_line_forms.lead_id
    where concat(task_id_forms.form, '|', task_line_forms.form) <> begun_by_check.subject

),

-- one person's reports of one day; key: the person, a space, the day
by_person as (

    select
        leads.lead_id,
        leads.lead_kind,
        leads.agency_id,
        persons_formerly.former_person_id,
        substring(leads.subject, length(persons_formerly.person_id) + 2) as worked_on
    from leads
    inner join persons_formerly
        on
            leads.lead_kind = 'reports_per_day'
            and substring(leads.subject, 1, length(leads.subject) - 11) = persons_formerly.person_id

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

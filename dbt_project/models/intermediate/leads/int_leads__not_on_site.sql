-- A report of an on-site service without a check-in of its project leader, or without one of an operator. A check-in
-- with an unusable ID number counts for the position that it names.
with

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

checkins as (

    select * from {{ ref('stg_platform__checkins') }}

),

words as (

    select * from {{ ref('detector_words') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

jobs as (

    select
        reports.report_no,
        max(
            case
                when checkins.person_key = reports.project_lead_key then 1
                when
                    checkins.position_code = 'project_lead'
                    and (checkins.person_key is null or reports.project_lead_key is null)
                    then 1
                else 0
            end
        ) = 1 as is_leader_there,
        max(case when checkins.position_code = 'operator' then 1 else 0 end) = 1 as is_operator_there
    from reports
    inner join words
        on
            words.word_code = 'onsite_service'
            and reports.service_type = words.word
    left join checkins
        on reports.report_no = checkins.report_no
    group by reports.report_no

),

final as (

    select
        {{ surrogate_key(["'not_on_site'", 'reports.agency_id', "reports.report_no"]) }} as lead_id,
        'not_on_site' as lead_kind,
        reports.agency_id as agency_id,
        reports.report_no as subject,
        case
            when jobs.is_operator_there then 'no check-in of the project leader, '
            when jobs.is_leader_there then 'no check-in of an operator, '
            else 'no check-in of the project leader or an operator, '
        end || {{ file_place('reports.file_hash', 'reports.sheet', 'reports.row_number') }} as evidence,
        1 as evidence_dataset_count,
        reports.job_first_received_on as first_seen_on,
        reports.received_on as last_seen_on
    from jobs
    cross join parameters
    inner join reports
        on jobs.report_no = reports.report_no
    where
        not (jobs.is_leader_there and jobs.is_operator_there)
        and reports.reported_on <= parameters.as_of_on

)

select * from final

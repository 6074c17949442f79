-- A new agency that inherits from one that left the market, or whose grade meant exit. Grades are known only in the
-- mart: it keeps the pairs whose successor was first listed after the other's exit or worst grade.
with

inherited as (

    select * from {{ ref('int_agencies_inherited') }}

),

directory_status as (

    select * from {{ ref('int_directory_status') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

acquisitions as (

    select * from {{ ref('int_employers_paired') }}

),

detectors as (

    select * from {{ ref('detectors') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

rows_missing as (

    select * from {{ ref('int_rows_missing') }}

),

decisions_unread as (

    select distinct object_hash from rows_missing
    where object_hash is not null

),

identified as (

    select
        inherited.*,
        {{ conflict_id("'shell_successor'", "'agency'", 'inherited.old_id', 'inherited.new_id', 'inherited.new_first_listed_on') }}
            as conflict_id,
        inherited.has_representative + inherited.has_address as trait_count,
        old_agency.agency_name as old_name,
        new_agency.agency_name as new_name,
        directory_status.exited_on as old_exited_on,
        case when acquisitions.employer_a_id is not null then 'acquisition' end as explained_by
    from inherited
    inner join agencies as old_agency
        on inherited.old_id = old_agency.agency_id
    inner join agencies as new_agency
        on inherited.new_id = new_agency.agency_id
    left join directory_status
        on inherited.old_id = directory_status.agency_id
    left join acquisitions
        on
            least(inherited.old_id, inherited.new_id) = acquisitions.employer_a_id
            and greatest(inherited.old_id, inherited.new_id) = acquisitions.employer_b_id

),

judged as (

    select
        identified.*,
        decisions.decision_id,
        decisions.decision_code,
        decisions.decided_on,
        coalesce(decisions.decision_code = 'cleared' and identified.last_dataset_joined_on > decisions.decided_on, false)
            as is_reopened,
        decisions_unread.object_hash is not null as is_explanation_doubted,
        case when decisions_unread.object_hash is null then identified.explained_by end as explained_by_data
    from identified
    left join decisions_unread
        on md5(identified.conflict_id) = decisions_unread.object_hash
    left join decisions
        on
            identified.conflict_id = decisions.object_id
            and decisions.object_type = 'conflict'
            and decisions.decision_code in ('confirmed', 'cleared')

),

described as (

    select
        judged.*,
        detectors.severity,
        detectors.base_confidence,
        {{ evidence_factor('judged.inherited_count > 0 and judged.trait_count > 0') }} as evidence_factor,
        'registry/agencies, first listed ' || cast(judged.old_first_listed_on as {{ dbt.type_string() }})
            as employer_a_evidence,
        'registry/agencies, first listed ' || cast(judged.new_first_listed_on as {{ dbt.type_string() }})
        || case
            when judged.inherited_count > 0
                then
                    '; engineers ' || cast(judged.inherited_count as {{ dbt.type_string() }})
                    || ' of ' || cast(judged.engineer_count as {{ dbt.type_string() }})
            else ''
        end
        || case when judged.has_representative = 1 then '; same legal representative' else '' end
        || case when judged.has_address = 1 then '; same address' else '' end as employer_b_evidence,
        {{ days_between('judged.new_first_listed_on', 'parameters.as_of_on') }} as overlap_days,
        {{ explanations_tested('detectors.explanations', 'judged.explained_by', 'judged.is_explanation_doubted') }}
            as explanations_tested,
        {{ conflict_status('judged.decision_code', 'judged.is_reopened', 'judged.explained_by_data') }} as status,
        {{ add_days('judged.shown_on', 'detectors.review_days') }} as due_on,
        case when judged.inherited_count > 0 and judged.trait_count > 0 then 2 else 1 end as evidence_dataset_count,
        detectors.is_provisional,
        parameters.as_of_on
    from judged
    cross join parameters
    inner join detectors
        on detectors.detector_kind = 'shell_successor'
    where judged.new_first_listed_on <= parameters.as_of_on

),

final as (

    select
        {{ assessed_columns(
            'conflict_id', 'severity', 'base_confidence', 'evidence_factor', 'employer_a_evidence',
            'employer_b_evidence', 'overlap_days', 'explanations_tested', 'status', 'is_reopened',
            'decision_id', 'decision_code', 'decided_on', 'due_on', 'evidence_dataset_count', 'is_provisional',
            'as_of_on',
            conflict_kind="'shell_successor'",
            explained_by='explained_by_data',
            confidence='base_confidence * evidence_factor',
            employer_a_id='old_id',
            employer_a_name='old_name',
            employer_a_kind="'agency'",
            employer_a_from_on='old_first_listed_on',
            employer_a_until_on='old_exited_on',
            employer_b_id='new_id',
            employer_b_name='new_name',
            employer_b_kind="'agency'",
            employer_b_from_on='new_first_listed_on',
            overlap_from_on='new_first_listed_on',
            first_seen_on='shown_on',
            last_seen_on='new_last_listed_on',
            personnel_evidence_count='inherited_count',
            other_evidence_count='trait_count'
        ) }},
        old_exited_on
    from described

)

select * from final

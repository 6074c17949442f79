-- The rules of credit.md 6.11, in its order, as of as_of_on. An agency that no drop has shown by then is unlisted.
with

build as (

    select * from {{ ref('int_build_requested') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}
    where object_type = 'directory'

),

standings as (

    select * from {{ ref('int_agency_standings') }}

),

site_checks as (

    select * from {{ ref('stg_registry__site_checks') }}

),

instants as (

    select
        agencies.agency_id,
        build.as_of_on
    from agencies
    cross join build

),

shown as (

    select
        agency_drops.*,
        decisions.decision_code,
        max(
            case
                when
                    agency_drops.registry_status <> 'exited'
                    and agency_drops.received_on >= decisions.decided_on
                    then agency_drops.received_on
            end
        ) over (
            partition by agency_drops.agency_id
            order by agency_drops.received_on
            rows between unbounded preceding and current row
        ) as other_state_on,
        row_number() over (
            partition by agency_drops.agency_id
            order by agency_drops.received_on desc
        ) as recency
    from agency_drops
    inner join instants
        on agency_drops.agency_id = instants.agency_id
    left join decisions
        on agency_drops.agency_id = decisions.object_id
    where agency_drops.received_on <= instants.as_of_on

),

-- after a readmission, an exit in the registry waits until the registry has shown another status in between
judged as (

    select
        *,
        coalesce(
            registry_status = 'deregistered'
            or (
                registry_status = 'exited'
                and (coalesce(decision_code, 'exit') <> 'readmit' or other_state_on is not null)
            ),
            false
        ) as is_exited
    from shown

),

present as (

    select
        agency_id,
        max(received_on) as last_present_on
    from judged
    where not is_exited
    group by agency_id

),

exits as (

    select
        judged.agency_id,
        min(judged.received_on) as exited_on
    from judged
    left join present
        on judged.agency_id = present.agency_id
    where
        judged.is_exited
        and (present.last_present_on is null or judged.received_on > present.last_present_on)
    group by judged.agency_id

),

latest as (

    select * from judged
    where recency = 1

),

site_results as (

    select
        site_checks.agency_id,
        coalesce(site_checks.recheck_result_code, site_checks.result_code) as result_code,
        row_number() over (
            partition by site_checks.agency_id
            order by site_checks.checked_on desc, site_checks.row_key desc
        ) as recency
    from site_checks
    cross join build
    where
        site_checks.checked_on <= build.as_of_on
        and coalesce(site_checks.recheck_result_code, site_checks.result_code) is not null

),

states as (

    select
        instants.agency_id,
        instants.as_of_on,
        latest.registry_status,
        latest.agency_id is not null as is_listed,
        decisions.decided_on,
        coalesce(decisions.decision_code = 'exit', false) as is_exited_by_decision,
        exits.exited_on,
        coalesce(latest.registry_status = 'suspended', false) as is_suspended,
        coalesce(
            latest.listing_basis = 'grandfathered_28' or latest.published_on <= instants.as_of_on, false
        ) as is_published,
        coalesce(coalesce(latest.onsite_result, site_results.result_code) = 'passed', false) as is_onsite_passed,
        coalesce(standings.is_complete, false) as is_complete,
        coalesce(standings.is_conforming, false) as is_conforming
    from instants
    left join latest
        on instants.agency_id = latest.agency_id
    left join decisions
        on instants.agency_id = decisions.object_id
    left join exits
        on instants.agency_id = exits.agency_id
    left join site_results
        on
            instants.agency_id = site_results.agency_id
            and site_results.recency = 1
    left join standings
        on
            instants.agency_id = standings.agency_id
            and instants.as_of_on >= standings.valid_from_on
            and (standings.valid_until_on is null or instants.as_of_on < standings.valid_until_on)

),

final as (

    select
        agency_id,
        case
            when is_exited_by_decision then 'exited'
            when not is_listed then 'unlisted'
            when exited_on is not null then 'exited'
            when is_suspended then 'suspended'
            when is_published then 'published'
            when is_onsite_passed then 'onsite_passed'
            when is_complete and is_conforming then 'conforming'
            when is_complete then 'complete'
            else 'submitted'
        end as directory_status,
        case when is_exited_by_decision then decided_on else exited_on end as exited_on,
        case
            when is_exited_by_decision then 'decision'
            when exited_on is not null and registry_status = 'deregistered' then 'deregistered'
            when exited_on is not null then 'registry_exit'
        end as reason,
        as_of_on,
        is_listed,
        is_complete,
        is_conforming
    from states

)

select * from final

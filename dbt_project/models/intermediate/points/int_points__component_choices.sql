-- For latest and max: what the line chosen for a component gives, whenever another line is chosen.
with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where counted_by is null and standing_until_instant > from_instant

),

rules as (

    select * from {{ ref('int_points__component_rules') }}

),

item_rules as (

    select * from {{ ref('int_points__item_rules') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

-- components that choose one line under any version
choosing_components as (

    select distinct component_code
    from rules
    where aggregation in ('latest', 'max')

),

chosen_from as (

    select spans.*
    from spans
    inner join choosing_components on spans.component_code = choosing_components.component_code

),

groups as (

    select distinct
        agency_no,
        component_code
    from chosen_from

),

choosing as (

    select * from chosen_from
    where effect = 'points' or points_hundredths <> 0

),

cuts as (

    select
        agency_no,
        component_code,
        from_instant as instant
    from choosing
    union
    select
        agency_no,
        component_code,
        standing_until_instant as instant
    from choosing
    where standing_until_instant < {{ end_of_time() }}
    union
    select
        groups.agency_no,
        groups.component_code,
        versions.from_instant as instant
    from groups
    cross join versions

),

candidates as (

    select
        cuts.agency_no,
        cuts.component_code,
        cuts.instant,
        choosing.line_id,
        choosing.item_code,
        choosing.case_id,
        choosing.clock_start_on,
        choosing.points_hundredths,
        rules.aggregation,
        least(
            item_rules.cap_hundredths, item_rules.check_cap_hundredths, rules.check_cap_hundredths
        ) as line_cap_hundredths
    from cuts
    inner join choosing
        on
            cuts.agency_no = choosing.agency_no
            and cuts.component_code = choosing.component_code
            and cuts.instant >= choosing.from_instant
            and cuts.instant < choosing.standing_until_instant
    inner join versions on cuts.instant >= versions.from_instant and cuts.instant < versions.until_instant
    inner join rules
        on versions.version_number = rules.version_number and cuts.component_code = rules.component_code
    inner join item_rules
        on versions.version_number = item_rules.version_number and choosing.item_code = item_rules.item_code

),

ranked as (

    select
        *,
        row_number() over (
            partition by agency_no, component_code, instant
            order by {{ component_order('candidates') }}
        ) as row_rank
    from candidates

),

chosen as (

    select
        cuts.agency_no,
        cuts.component_code,
        cuts.instant,
        coalesce({{ clipped('ranked.points_hundredths', 'ranked.line_cap_hundredths') }}, 0) as chosen_hundredths
    from cuts
    left join ranked
        on
            cuts.agency_no = ranked.agency_no
            and cuts.component_code = ranked.component_code
            and cuts.instant = ranked.instant
            and ranked.row_rank = 1

),

final as (

    select
        agency_no,
        component_code,
        instant,
        chosen_hundredths - coalesce(
            lag(chosen_hundredths) over (partition by agency_no, component_code order by instant), 0
        ) as delta_hundredths
    from chosen

)

select * from final

-- How an item's cap is shared among its occasions, at each change: the occasions that began first fill it. Needed only
-- in a component that also has a cap per check, and only for items with a cap.
{% set keys = ['agency_no', 'component_code', 'item_code', 'occasion_key'] %}

with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where counted_by is null and standing_until_instant > from_instant and points_hundredths <> 0

),

item_adjustments as (

    select * from {{ ref('int_points__item_adjustments') }}

),

rules as (

    select * from {{ ref('int_points__item_rules') }}

),

component_rules as (

    select * from {{ ref('int_points__component_rules') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

asking_components as (

    select distinct component_code
    from component_rules
    where check_cap_hundredths is not null

),

groups as (

    select distinct
        item_adjustments.agency_no,
        item_adjustments.component_code,
        item_adjustments.item_code
    from item_adjustments
    inner join asking_components on item_adjustments.component_code = asking_components.component_code

),

shared_spans as (

    select spans.*
    from spans
    inner join groups on spans.agency_no = groups.agency_no and spans.item_code = groups.item_code

),

cuts as (

    select
        agency_no,
        item_code,
        from_instant as instant
    from shared_spans
    union
    select
        agency_no,
        item_code,
        standing_until_instant as instant
    from shared_spans
    where standing_until_instant < {{ end_of_time() }}
    union
    select
        groups.agency_no,
        groups.item_code,
        versions.from_instant as instant
    from groups
    cross join versions

),

-- what each occasion gives from a cut on, under its own cap
occasion_points as (

    select
        shared_spans.agency_no,
        shared_spans.component_code,
        shared_spans.item_code,
        shared_spans.occasion_key,
        cuts.instant,
        min(shared_spans.line_order) as first_line_order,
        max(rules.cap_hundredths) as cap_hundredths,
        {{ clipped(
            'cast(sum(shared_spans.points_hundredths) as bigint)', 'max(rules.check_cap_hundredths)'
        ) }} as occasion_points_hundredths
    from cuts
    inner join shared_spans
        on
            cuts.agency_no = shared_spans.agency_no
            and cuts.item_code = shared_spans.item_code
            and cuts.instant >= shared_spans.from_instant
            and cuts.instant < shared_spans.standing_until_instant
    inner join versions on cuts.instant >= versions.from_instant and cuts.instant < versions.until_instant
    inner join rules
        on versions.version_number = rules.version_number and shared_spans.item_code = rules.item_code
    group by
        shared_spans.agency_no, shared_spans.component_code, shared_spans.item_code, shared_spans.occasion_key,
        cuts.instant

),

{{ filled_caps('occasion_points', ['agency_no', 'item_code', 'instant']) }},

-- an occasion that no longer gives anything is not cut
occasions as (

    select distinct {{ columns('shared_spans', keys) }}
    from shared_spans

),

shares as (

    select
        {{ columns('occasions', keys) }},
        cuts.instant,
        coalesce(filled.share_hundredths, 0) as adjustment_hundredths
    from occasions
    inner join cuts on occasions.agency_no = cuts.agency_no and occasions.item_code = cuts.item_code
    left join filled
        on
            occasions.agency_no = filled.agency_no
            and occasions.item_code = filled.item_code
            and occasions.occasion_key = filled.occasion_key
            and cuts.instant = filled.instant

),

{{ changes_of('shares', keys) }}

select * from final

-- Where each agency stands on the evaluation day, and where a confirmed conflict would leave it. A step of
-- fct_engineer_conflicts, which needs the ledger and the scores: it stands in no schema that a release holds.
{{ config(schema='intermediate', contract={'enforced': false}) }}

with

consequences as (

    select * from {{ ref('int_conflict_consequences') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

score_history as (

    select * from {{ ref('fct_score_history') }}

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}

),

costs as (

    select
        item_code,
        max(item_points) as item_points,
        max(item_cap_points) as item_cap_points
    from consequences
    group by item_code

),

already_counted as (

    select
        ledger.agency_id,
        sum(ledger.points) as points
    from ledger
    cross join parameters
    inner join costs
        on ledger.item_code = costs.item_code
    where
        ledger.valid_from_on <= parameters.as_of_on
        and coalesce(ledger.valid_until_on, {{ open_end() }}) > parameters.as_of_on
    group by ledger.agency_id

),

-- a capped item takes no more than what its cap has left
scores as (

    select
        score_history.agency_id,
        score_history.score,
        score_history.grade,
        case
            when costs.item_cap_points is null then score_history.score + costs.item_points
            when costs.item_points < 0
                then
                    score_history.score + least(
                        greatest(
                            costs.item_points,
                            -costs.item_cap_points - coalesce(already_counted.points, 0)
                        ),
                        0
                    )
            else
                score_history.score + greatest(
                    least(costs.item_points, costs.item_cap_points - coalesce(already_counted.points, 0)),
                    0
                )
        end as score_if_confirmed
    from score_history
    cross join parameters
    left join costs
        on true
    left join already_counted
        on score_history.agency_id = already_counted.agency_id
    where
        score_history.valid_from_on <= parameters.as_of_on
        and coalesce(score_history.valid_until_on, {{ open_end() }}) > parameters.as_of_on

),

final as (

    select
        scores.agency_id,
        cast(scores.score as decimal(9, 2)) as score,
        scores.grade,
        cast(scores.score_if_confirmed as decimal(9, 2)) as score_if_confirmed,
        max(consequences.grade) as grade_if_confirmed
    from scores
    left join consequences
        on {{ band_holds('consequences', hundredths('scores.score_if_confirmed')) }}
    group by scores.agency_id, scores.score, scores.grade, scores.score_if_confirmed

)

select * from final

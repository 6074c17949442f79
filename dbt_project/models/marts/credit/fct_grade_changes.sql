-- The days on which a grade changed, with the ledger lines that began or ended on them.
with

history as (

    select * from {{ ref('fct_score_history') }}

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}
    where line_kind in ('misconduct', 'merit', 'fact', 'repair', 'cap_adjustment')

),

-- a grade holds since its last change; where there is no grade the span before tells
begun as (

    select
        agency_id,
        valid_from_on,
        grade,
        score_grade_reason,
        change_cause
    from history
    where grade is null or grade_since_on = valid_from_on

),

changes as (

    select
        begun.agency_id,
        begun.valid_from_on as changed_on,
        previous.grade as from_grade,
        begun.grade as to_grade,
        begun.change_cause,
        previous.score_grade_reason as from_score_grade_reason,
        begun.score_grade_reason as to_score_grade_reason
    from begun
    inner join history as previous
        on begun.agency_id = previous.agency_id and begun.valid_from_on = previous.valid_until_on
    where coalesce(begun.grade, '') <> coalesce(previous.grade, '')

),

touching as (

    select
        changes.agency_id,
        changes.changed_on,
        ledger.line_id
    from changes
    inner join ledger on changes.agency_id = ledger.agency_id and changes.changed_on = ledger.valid_from_on

    union

    select
        changes.agency_id,
        changes.changed_on,
        ledger.line_id
    from changes
    inner join ledger on changes.agency_id = ledger.agency_id and changes.changed_on = ledger.valid_until_on

),

listed as (

    select
        agency_id,
        changed_on,
        {{ joined_text('line_id', ',', ['line_id']) }} as line_ids
    from touching
    group by agency_id, changed_on

),

final as (

    select
        changes.agency_id,
        changes.changed_on,
        changes.from_grade,
        changes.to_grade,
        changes.change_cause,
        coalesce(listed.line_ids, '') as line_ids,
        changes.from_score_grade_reason,
        changes.to_score_grade_reason
    from changes
    left join listed on changes.agency_id = listed.agency_id and changes.changed_on = listed.changed_on

)

select * from final

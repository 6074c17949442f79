-- The days on which a grade changed, with the ledger lines that began or ended on them.
with

history as (

    select * from {{ ref('fct_score_history') }}

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}
    where line_kind in ('misconduct', 'merit', 'fact', 'repair', 'cap_adjustment')

),

compared as (

    select
        agency_id,
        valid_from_on,
        grade,
        score_grade_reason,
        change_cause,
        lag(valid_from_on) over (partition by agency_id order by valid_from_on) as previous_from_on,
        lag(grade) over (partition by agency_id order by valid_from_on) as previous_grade,
        lag(score_grade_reason) over (partition by agency_id order by valid_from_on) as previous_reason
    from history

),

changes as (

    select
        agency_id,
        valid_from_on as changed_on,
        previous_grade as from_grade,
        grade as to_grade,
        change_cause,
        previous_reason as from_score_grade_reason,
        score_grade_reason as to_score_grade_reason
    from compared
    where previous_from_on is not null and coalesce(grade, '') <> coalesce(previous_grade, '')

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

-- Every line of every agency: what counts, what is superseded, what was repaired, what a cap took away, what is void or
-- not scored. Lines in force on a day and the base add up to the score of that day.
with

evidence_lines as (

    select * from {{ ref('int_points__lines') }}

),

fact_lines as (

    select * from {{ ref('int_points__fact_lines') }}

),

segments as (

    select * from {{ ref('int_points__day_segments') }}

),

applied as (

    select * from {{ ref('int_points__repairs_sequenced') }}
    where line_id is not null

),

applications as (

    select * from {{ ref('int_points__repair_applications') }}

),

item_adjustments as (

    select * from {{ ref('int_points__item_adjustments') }}

),

component_adjustments as (

    select * from {{ ref('int_points__component_adjustments') }}

),

score_steps as (

    select * from {{ ref('int_points__score_steps') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

lines as (

    select
        line_id,
        line_kind,
        agency_id,
        case_id,
        item_code,
        component_code,
        rulebook_id,
        points,
        effect,
        effect_grade,
        valid_from_on,
        valid_until_on,
        occurred_on,
        determined_on,
        source,
        dataset,
        source_key,
        file_hash,
        sheet,
        row_number,
        document_no,
        is_disputed,
        not_scored_reason,
        public_until_on
    from evidence_lines

    union all

    select
        line_id,
        line_kind,
        agency_id,
        case_id,
        item_code,
        component_code,
        rulebook_id,
        points,
        effect,
        effect_grade,
        valid_from_on,
        valid_until_on,
        occurred_on,
        determined_on,
        source,
        dataset,
        source_key,
        file_hash,
        sheet,
        row_number,
        document_no,
        false as is_disputed,
        cast(null as {{ dbt.type_string() }}) as not_scored_reason,
        cast(null as date) as public_until_on
    from fact_lines

),

-- of several repairs of one line the one approved first ends it
ending as (

    select
        line_id,
        application_id,
        approved_on,
        row_number() over (partition by line_id order by approved_on, application_id) as approval_order
    from applied

),

repaired as (

    select
        ending.line_id,
        ending.application_id,
        ending.approved_on as repaired_on,
        applications.accepted_on,
        applications.source,
        applications.dataset,
        applications.source_key,
        applications.file_hash,
        applications.sheet,
        applications.row_number
    from ending
    inner join applications on ending.application_id = applications.application_id
    where ending.approval_order = 1

),

placed as (

    select
        lines.*,
        coalesce(segments.segment_id, lines.line_id) as ledger_line_id,
        segments.segment_id is not null as is_segment,
        segments.from_on as segment_from_on,
        segments.until_on as segment_until_on,
        segments.standing_until_on,
        segments.counted_by,
        counting.segment_id as counted_by_line_id,
        repaired.repaired_on
    from lines
    left join segments on lines.line_id = segments.line_id
    left join segments as counting
        on
            segments.counted_by = counting.line_id
            and counting.counted_by is null
            and segments.from_on >= counting.from_on
            and (counting.until_on is null or segments.from_on < counting.until_on)
    left join repaired
        on
            lines.line_id = repaired.line_id
            and (lines.valid_until_on is null or lines.valid_until_on > repaired.repaired_on)

),

shown as (

    select
        ledger_line_id as line_id,
        agency_id,
        case_id,
        case when counted_by is null then line_kind else 'superseded' end as line_kind,
        item_code,
        component_code,
        rulebook_id,
        case when counted_by is null then points else cast(0 as decimal(9, 2)) end as points,
        effect,
        effect_grade,
        case when is_segment then segment_from_on else valid_from_on end as valid_from_on,
        case
            when not is_segment then valid_until_on
            -- nobody is superseded by a line once repaired itself
            when counted_by is not null then standing_until_on
            else segment_until_on
        end as valid_until_on,
        occurred_on,
        determined_on,
        source,
        dataset,
        source_key,
        file_hash,
        sheet,
        row_number,
        document_no,
        counted_by_line_id,
        cast(null as {{ dbt.type_string() }}) as repairs_line_id,
        repaired_on,
        is_disputed,
        not_scored_reason,
        public_until_on
    from placed

),

repairs as (

    select
        {{ surrogate_key(['placed.ledger_line_id', "'repair'"]) }} as line_id,
        placed.agency_id,
        placed.case_id,
        'repair' as line_kind,
        placed.item_code,
        placed.component_code,
        placed.rulebook_id,
        cast(-placed.points as decimal(9, 2)) as points,
        placed.effect,
        placed.effect_grade,
        greatest(
            case when placed.is_segment then placed.segment_from_on else placed.valid_from_on end, placed.repaired_on
        ) as valid_from_on,
        case when placed.is_segment then placed.segment_until_on else placed.valid_until_on end as valid_until_on,
        repaired.accepted_on as occurred_on,
        repaired.repaired_on as determined_on,
        repaired.source,
        repaired.dataset,
        repaired.source_key,
        repaired.file_hash,
        repaired.sheet,
        repaired.row_number,
        repaired.application_id as document_no,
        cast(null as {{ dbt.type_string() }}) as counted_by_line_id,
        placed.ledger_line_id as repairs_line_id,
        cast(null as date) as repaired_on,
        false as is_disputed,
        cast(null as {{ dbt.type_string() }}) as not_scored_reason,
        cast(null as date) as public_until_on
    from placed
    inner join repaired on placed.line_id = repaired.line_id
    where placed.counted_by is null and placed.repaired_on is not null

),

rounded_agencies as (

    select distinct agency_no
    from score_steps
    where rounding_hundredths <> 0

),

adjustment_steps as (

    select
        agency_no,
        component_code,
        item_code,
        instant,
        adjustment_hundredths
    from item_adjustments

    union all

    select
        agency_no,
        component_code,
        cast(null as {{ dbt.type_string() }}) as item_code,
        instant,
        adjustment_hundredths
    from component_adjustments
    where delta_hundredths <> 0

    union all

    select
        score_steps.agency_no,
        cast(null as {{ dbt.type_string() }}) as component_code,
        cast(null as {{ dbt.type_string() }}) as item_code,
        score_steps.instant,
        score_steps.rounding_hundredths as adjustment_hundredths
    from score_steps
    inner join rounded_agencies on score_steps.agency_no = rounded_agencies.agency_no

),

-- what holds at the end of a day, and only where it differs from the end of the day before
adjustment_days as (

    select
        agency_no,
        component_code,
        item_code,
        {{ instant_day('instant') }} as changed_on,
        max_by(adjustment_hundredths, instant) as adjustment_hundredths
    from adjustment_steps
    group by agency_no, component_code, item_code, {{ instant_day('instant') }}

),

adjustment_changes as (

    select
        *,
        lag(adjustment_hundredths) over (
            partition by agency_no, component_code, item_code order by changed_on
        ) as previous_hundredths
    from adjustment_days

),

adjustment_spans as (

    select
        agency_no,
        component_code,
        item_code,
        adjustment_hundredths,
        changed_on as valid_from_on,
        lead(changed_on) over (partition by agency_no, component_code, item_code order by changed_on)
            as valid_until_on
    from adjustment_changes
    where previous_hundredths is null or previous_hundredths <> adjustment_hundredths

),

adjustments as (

    select
        {{ surrogate_key([
            'starts.agency_id', "'cap_adjustment'", 'adjustment_spans.component_code', 'adjustment_spans.item_code',
            'adjustment_spans.valid_from_on'
        ]) }} as line_id,
        starts.agency_id,
        cast(null as {{ dbt.type_string() }}) as case_id,
        'cap_adjustment' as line_kind,
        adjustment_spans.item_code,
        adjustment_spans.component_code,
        versions.rulebook_id,
        {{ from_hundredths('adjustment_spans.adjustment_hundredths') }} as points,
        cast(null as {{ dbt.type_string() }}) as effect,
        cast(null as {{ dbt.type_string() }}) as effect_grade,
        adjustment_spans.valid_from_on,
        adjustment_spans.valid_until_on,
        cast(null as date) as occurred_on,
        cast(null as date) as determined_on,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as dataset,
        cast(null as {{ dbt.type_string() }}) as source_key,
        cast(null as {{ dbt.type_string() }}) as file_hash,
        cast(null as {{ dbt.type_string() }}) as sheet,
        cast(null as integer) as row_number,
        cast(null as {{ dbt.type_string() }}) as document_no,
        cast(null as {{ dbt.type_string() }}) as counted_by_line_id,
        cast(null as {{ dbt.type_string() }}) as repairs_line_id,
        cast(null as date) as repaired_on,
        false as is_disputed,
        cast(null as {{ dbt.type_string() }}) as not_scored_reason,
        cast(null as date) as public_until_on
    from adjustment_spans
    inner join starts on adjustment_spans.agency_no = starts.agency_no
    left join versions
        on
            adjustment_spans.valid_from_on >= versions.effective_from_on
            and (versions.effective_until_on is null or adjustment_spans.valid_from_on < versions.effective_until_on)
    where adjustment_spans.adjustment_hundredths <> 0

),

final as (

    select * from shown
    -- a superseded line that was repaired before the segment began is not in force in it
    where valid_until_on is null or valid_until_on > valid_from_on or line_kind in ('void', 'not_scored')

    union all

    select * from repairs
    where valid_until_on is null or valid_until_on > valid_from_on

    union all

    select * from adjustments

)

select * from final

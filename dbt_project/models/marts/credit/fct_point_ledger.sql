-- Long: four kinds of line in one list of columns.
-- Every line of every agency: counted, superseded, repaired, taken away by a cap, void or not scored. The base and the
-- lines in force on a day add up to the score of that day.
{% set text = dbt.type_string() %}
{% set source_row = ['source', 'dataset', 'source_key', 'file_hash', 'sheet', 'row_number'] %}
{% set line_columns = [
    'line_id', 'line_kind', 'agency_id', 'case_id', 'item_code', 'component_code', 'rulebook_id', 'points', 'effect',
    'effect_grade', 'valid_from_on', 'valid_until_on', 'occurred_on', 'determined_on'
] + source_row + ['document_no'] %}

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

adjustment_spans as (

    select * from {{ ref('int_points__adjustment_spans') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

lines as (

    select
        {{ columns('evidence_lines', line_columns) }},
        {{ columns('evidence_lines', [
            'is_disputed', 'disputed_since_on', 'not_scored_reason', 'public_until_on', 'occasion_key', 'is_repeat'
        ]) }}
    from evidence_lines

    union all

    select
        {{ columns('fact_lines', line_columns) }},
        false as is_disputed,
        {{ absent('date', ['disputed_since_on']) }},
        {{ absent(text, ['not_scored_reason']) }},
        {{ absent('date', ['public_until_on']) }},
        occasion_key,
        is_repeat
    from fact_lines

),

-- of several repairs of one line, the one approved first ends it
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
        {{ columns('applications', source_row) }}
    from ending
    inner join applications on ending.application_id = applications.application_id
    where ending.approval_order = 1

),

segmented as (

    select
        lines.*,
        coalesce(segments.segment_id, lines.line_id) as ledger_line_id,
        segments.segment_id is not null as is_segment,
        case when segments.segment_id is null then lines.valid_from_on else segments.from_on end as shown_from_on,
        case
            when segments.segment_id is null then lines.valid_until_on
            -- a line that has been repaired supersedes no other
            when segments.counted_by is not null then segments.standing_until_on
            else segments.until_on
        end as shown_until_on,
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
        shown_from_on as valid_from_on,
        shown_until_on as valid_until_on,
        occurred_on,
        determined_on,
        {{ columns('segmented', source_row) }},
        document_no,
        counted_by_line_id,
        {{ absent(text, ['repairs_line_id']) }},
        repaired_on,
        is_disputed,
        disputed_since_on,
        not_scored_reason,
        public_until_on,
        occasion_key,
        is_repeat
    from segmented
    -- a superseded line that was repaired before the segment began is not in force in it; a line whose window has no
    -- days was still decided, and stays
    where not is_segment or shown_until_on is null or shown_until_on > shown_from_on

),

repairs as (

    select
        {{ surrogate_key(['segmented.ledger_line_id', "'repair'"]) }} as line_id,
        segmented.agency_id,
        segmented.case_id,
        'repair' as line_kind,
        segmented.item_code,
        segmented.component_code,
        segmented.rulebook_id,
        cast(-segmented.points as decimal(9, 2)) as points,
        segmented.effect,
        segmented.effect_grade,
        greatest(segmented.shown_from_on, segmented.repaired_on) as valid_from_on,
        segmented.shown_until_on as valid_until_on,
        repaired.accepted_on as occurred_on,
        repaired.repaired_on as determined_on,
        {{ columns('repaired', source_row) }},
        repaired.application_id as document_no,
        {{ absent(text, ['counted_by_line_id']) }},
        segmented.ledger_line_id as repairs_line_id,
        {{ absent('date', ['repaired_on']) }},
        false as is_disputed,
        {{ absent('date', ['disputed_since_on']) }},
        {{ absent(text, ['not_scored_reason']) }},
        {{ absent('date', ['public_until_on']) }},
        segmented.occasion_key,
        segmented.is_repeat
    from segmented
    inner join repaired on segmented.line_id = repaired.line_id
    where segmented.counted_by is null and segmented.repaired_on is not null

),

adjustments as (

    select
        case
            when adjustment_spans.occasion_key is null
                then {{ surrogate_key([
                    'starts.agency_id', "'cap_adjustment'", 'adjustment_spans.component_code',
                    'adjustment_spans.item_code', 'adjustment_spans.valid_from_on'
                ]) }}
            else {{ surrogate_key([
                'starts.agency_id', "'cap_adjustment'", 'adjustment_spans.component_code',
                'adjustment_spans.item_code', 'adjustment_spans.valid_from_on', 'adjustment_spans.occasion_key'
            ]) }}
        end as line_id,
        starts.agency_id,
        {{ absent(text, ['case_id']) }},
        'cap_adjustment' as line_kind,
        adjustment_spans.item_code,
        adjustment_spans.component_code,
        versions.rulebook_id,
        {{ from_hundredths('adjustment_spans.adjustment_hundredths') }} as points,
        {{ absent(text, ['effect', 'effect_grade']) }},
        adjustment_spans.valid_from_on,
        adjustment_spans.valid_until_on,
        {{ absent('date', ['occurred_on', 'determined_on']) }},
        {{ absent(text, ['source', 'dataset', 'source_key', 'file_hash', 'sheet']) }},
        {{ absent('integer', ['row_number']) }},
        {{ absent(text, ['document_no', 'counted_by_line_id', 'repairs_line_id']) }},
        {{ absent('date', ['repaired_on']) }},
        false as is_disputed,
        {{ absent('date', ['disputed_since_on']) }},
        {{ absent(text, ['not_scored_reason']) }},
        {{ absent('date', ['public_until_on']) }},
        adjustment_spans.occasion_key,
        false as is_repeat
    from adjustment_spans
    inner join starts on adjustment_spans.agency_no = starts.agency_no
    left join versions
        on
            adjustment_spans.valid_from_on >= versions.effective_from_on
            and (versions.effective_until_on is null or adjustment_spans.valid_from_on < versions.effective_until_on)

),

final as (

    select * from shown

    union all

    select * from repairs
    where valid_until_on is null or valid_until_on > valid_from_on

    union all

    select * from adjustments

)

select * from final

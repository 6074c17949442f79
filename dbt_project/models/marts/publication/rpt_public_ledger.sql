-- Long: what is told, what is not, and what caps take away of both are parts of one sum.
/* What adds up to each score, as the public may read it (credit.md 6.13, serving.md): from as_of_on on, and on each day
what is public on that day. Lines of an agency without a score on a day stand there by themselves. */
{% set text = dbt.type_string() %}
{% set ledger_columns = [
    'line_id', 'line_kind', 'agency_id', 'case_id', 'item_code', 'component_code', 'rulebook_id', 'points', 'effect',
    'effect_grade', 'valid_from_on', 'valid_until_on', 'occurred_on', 'determined_on', 'dataset', 'source_key',
    'document_no', 'counted_by_line_id', 'repaired_on', 'is_disputed', 'disputed_since_on', 'is_repeat'
] %}
{% set shown = [
    'line_id', 'agency_id', 'line_kind', 'item_code', 'points', 'effect', 'effect_grade', 'occurred_on', 'determined_on',
    'dataset', 'source_key', 'document_no', 'is_disputed', 'disputed_since_on', 'is_repeat', 'last_public_on', 'rulebook_id'
] %}

with

build as (

    select * from {{ ref('int_build_requested') }}

),

agencies as (

    select * from {{ ref('dim_agencies') }}

),

rules as (

    select * from {{ ref('dim_rules') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

titles as (

    select * from {{ ref('public_lines') }}

),

score_history as (

    select * from {{ ref('fct_score_history') }}

),

-- a repair takes back what its line costs from its day on: who ends the line there needs no repair
ledger as (

    select
        *,
        {{ is_notice() }} as is_notice
    from {{ ref('fct_point_ledger') }}
    where line_kind in ('misconduct', 'merit', 'fact', 'superseded', 'cap_adjustment')

),

notices as (

    select * from ledger
    where is_notice

),

{{ publicity_terms('notices') }},

lines as (

    select
        {{ columns('termed', ledger_columns) }},
        termed.is_notice,
        termed.last_public_on
    from termed

    union all

    select
        {{ columns('ledger', ledger_columns) }},
        ledger.is_notice,
        {{ absent('date', ['last_public_on']) }}
    from ledger
    where not ledger.is_notice

),

bounded as (

    select
        lines.*,
        greatest(lines.valid_from_on, build.as_of_on) as from_on,
        least(coalesce(lines.valid_until_on, {{ open_end() }}), coalesce(lines.repaired_on, {{ open_end() }})) as until_on,
        coalesce({{ add_days('lines.last_public_on', 1) }}, {{ open_end() }}) as not_public_on
    from lines
    cross join build

),

in_force as (

    select
        *,
        least(until_on, not_public_on) as told_until_on
    from bounded
    where from_on < until_on

),

told as (

    select * from in_force
    where line_kind <> 'cap_adjustment' and from_on < told_until_on

),

-- what is in force and no longer public; superseded lines cost nothing and fill no cap
untold as (

    select
        agency_id,
        component_code,
        item_code,
        points,
        greatest(from_on, told_until_on) as from_on,
        until_on
    from in_force
    where line_kind = 'misconduct' and told_until_on < until_on

),

adjustments as (

    select * from in_force
    where line_kind = 'cap_adjustment'

),

-- caps by what they are of, beside what of it is untold: an item, a component, the whole score
scope_spans as (

    select
        agency_id,
        component_code,
        item_code,
        points,
        0 as untold_count,
        from_on,
        until_on
    from adjustments

    union all

    select
        agency_id,
        component_code,
        item_code,
        0 as points,
        1 as untold_count,
        from_on,
        until_on
    from untold

    union all

    select
        agency_id,
        component_code,
        cast(null as {{ text }}) as item_code,
        0 as points,
        1 as untold_count,
        from_on,
        until_on
    from untold

    union all

    select
        agency_id,
        cast(null as {{ text }}) as component_code,
        cast(null as {{ text }}) as item_code,
        0 as points,
        1 as untold_count,
        from_on,
        until_on
    from untold

),

scope_moves as (

    {{ day_moves('scope_spans', ['agency_id', 'component_code', 'item_code'], ['points', 'untold_count']) }}

),

scope_days as (

    select
        agency_id,
        component_code,
        item_code,
        moved_on,
        sum(points) as points,
        sum(untold_count) as untold_count
    from scope_moves
    group by agency_id, component_code, item_code, moved_on
    having sum(points) <> 0 or sum(untold_count) <> 0

),

scope_steps as (

    select
        agency_id,
        component_code,
        item_code,
        sum(points) over daily as points,
        sum(untold_count) over daily as untold_count,
        moved_on as from_on,
        lead(moved_on) over (partition by agency_id, component_code, item_code order by moved_on) as until_on
    from scope_days
    window daily as (partition by agency_id, component_code, item_code order by moved_on rows unbounded preceding)

),

-- what a cap takes away of what is untold would tell of it
rest_spans as (

    select
        agency_id,
        points,
        from_on,
        until_on
    from untold

    union all

    select
        agency_id,
        points,
        from_on,
        until_on
    from scope_steps
    where untold_count > 0 and points <> 0

),

rest_moves as (

    {{ day_moves('rest_spans', ['agency_id'], ['points']) }}

),

rest_days as (

    select
        agency_id,
        moved_on,
        sum(points) as points
    from rest_moves
    group by agency_id, moved_on
    having sum(points) <> 0

),

rest as (

    select
        agency_id,
        sum(points) over (partition by agency_id order by moved_on rows unbounded preceding) as points,
        moved_on as from_on,
        lead(moved_on) over (partition by agency_id order by moved_on) as until_on
    from rest_days

),

-- the days of a version that have a score: once an agency is rated, the version goes on giving it one
scored as (

    select
        score_history.agency_id,
        score_history.rulebook_id,
        {{ from_hundredths('versions.base_hundredths') }} as base_points,
        greatest(min(score_history.valid_from_on), build.as_of_on) as from_on,
        max(coalesce(score_history.valid_until_on, {{ open_end() }})) as until_on
    from score_history
    inner join versions on score_history.rulebook_id = versions.rulebook_id
    cross join build
    where score_history.score is not null
    group by
        score_history.agency_id, score_history.rulebook_id, versions.base_hundredths, build.as_of_on
    having max(coalesce(score_history.valid_until_on, {{ open_end() }})) > build.as_of_on

),

-- a superseded line names the line that counts as long as that one is told
named as (

    select
        {{ columns('told', shown) }},
        told.from_on,
        least(told.told_until_on, coalesce(counting.told_until_on, told.told_until_on)) as until_on,
        counting.line_id as counted_by_line_id
    from told
    left join told as counting on told.counted_by_line_id = counting.line_id

    union all

    select
        {{ columns('told', shown) }},
        counting.told_until_on as from_on,
        told.told_until_on as until_on,
        {{ absent(text, ['counted_by_line_id']) }}
    from told
    inner join told as counting
        on told.counted_by_line_id = counting.line_id and told.told_until_on > counting.told_until_on

),

sums as (

    select
        {{ surrogate_key(['agency_id', "'base'", 'rulebook_id']) }} as line_id,
        agency_id,
        'base' as line_kind,
        {{ absent(text, ['item_code']) }},
        base_points as points,
        from_on,
        until_on
    from scored

    union all

    select
        {{ surrogate_key(['agency_id', "'cap_adjustment'", 'component_code', 'item_code']) }} as line_id,
        agency_id,
        'cap_adjustment' as line_kind,
        item_code,
        points,
        from_on,
        until_on
    from scope_steps
    where untold_count = 0 and points <> 0

    union all

    select
        {{ surrogate_key(['agency_id', "'publicity_ended'"]) }} as line_id,
        agency_id,
        'publicity_ended' as line_kind,
        {{ absent(text, ['item_code']) }},
        points,
        from_on,
        until_on
    from rest
    where points <> 0

),

summed as (

    select
        sums.line_id,
        sums.agency_id,
        sums.line_kind,
        sums.item_code,
        sums.points,
        {{ absent(text, ['effect', 'effect_grade']) }},
        {{ absent('date', ['occurred_on', 'determined_on']) }},
        {{ absent(text, ['dataset', 'source_key', 'document_no']) }},
        false as is_disputed,
        {{ absent('date', ['disputed_since_on']) }},
        false as is_repeat,
        {{ absent('date', ['last_public_on']) }},
        scored.rulebook_id,
        greatest(sums.from_on, scored.from_on) as from_on,
        least(sums.until_on, scored.until_on) as until_on,
        {{ absent(text, ['counted_by_line_id']) }}
    from sums
    inner join scored
        on
            sums.agency_id = scored.agency_id
            and sums.from_on < scored.until_on
            and sums.until_on > scored.from_on

),

public_lines as (

    select * from named
    union all
    select * from summed

),

-- those whom the public knows: by the directory, or by a notice
known_agencies as (

    select agency_id from agencies
    where directory_status in ('published', 'suspended', 'exited')
    union
    select agency_id from told
    where is_notice

),

final as (

    select
        public_lines.line_id,
        public_lines.agency_id,
        public_lines.line_kind,
        public_lines.item_code,
        rules.clause,
        coalesce(titles.title_zh, rules.title_zh) as title_zh,
        coalesce(titles.title_en, rules.title_en) as title_en,
        cast(public_lines.points as decimal(9, 2)) as points,
        public_lines.effect,
        public_lines.effect_grade,
        public_lines.from_on as valid_from_on,
        nullif(public_lines.until_on, {{ open_end() }}) as valid_until_on,
        public_lines.occurred_on,
        public_lines.determined_on,
        public_lines.dataset,
        -- an event that is counted is no decision: its number is nobody's business
        case when public_lines.line_kind <> 'fact' then {{ public_code('public_lines.source_key') }} end as source_key,
        case when public_lines.line_kind <> 'fact' then {{ public_code('public_lines.document_no') }} end as document_no,
        public_lines.is_disputed,
        public_lines.disputed_since_on,
        public_lines.is_repeat,
        public_lines.counted_by_line_id,
        public_lines.last_public_on as public_until_on,
        public_lines.rulebook_id,
        case
            when titles.line_kind is null then coalesce(rules.is_provisional, false)
            else versions.is_provisional
        end as is_provisional
    from public_lines
    inner join known_agencies on public_lines.agency_id = known_agencies.agency_id
    left join titles on public_lines.line_kind = titles.line_kind
    left join versions on public_lines.rulebook_id = versions.rulebook_id
    left join rules
        on public_lines.rulebook_id = rules.rulebook_id and public_lines.item_code = rules.item_code

)

select * from final

with

history as (

    select
        agency_id,
        valid_from_on,
        valid_until_on,
        {{ hundredths('score') }} as score_hundredths,
        grade,
        score_grade_reason,
        rulebook_id
    from {{ ref('fct_score_history') }}

),

versions as (

    select
        rulebook_id,
        effective_from_on,
        effective_until_on,
        lead(effective_from_on) over (order by version_number) as next_from_on
    from {{ ref('int_points__versions') }}

),

bands as (

    select * from {{ ref('stg_rulebook__bands') }}

),

-- versions under which an agency may be unrated: with its score, or without one
unrating_versions as (

    select
        rulebooks.rulebook_id,
        rulebooks.rated_from <> 'start' as is_score_withheld,
        max(unrated_statuses.registry_status) is not null as is_grade_withheld
    from {{ ref('stg_rulebook__rulebooks') }} as rulebooks
    left join {{ ref('stg_rulebook__unrated_statuses') }} as unrated_statuses
        on rulebooks.rulebook_id = unrated_statuses.rulebook_id
    group by rulebooks.rulebook_id, rulebooks.rated_from

),

graded_versions as (

    select distinct rulebook_id from bands

),

lines as (

    select
        agency_id,
        effect,
        effect_grade,
        valid_from_on,
        coalesce(least(valid_until_on, repaired_on), {{ open_end() }}) as valid_until_on
    from {{ ref('fct_point_ledger') }}
    where line_kind in ('misconduct', 'merit', 'fact') and effect in ('veto', 'ceiling')

),

-- lines that overlap or touch name their grade in one go: few rows then meet the spans of an agency
reached as (

    select
        *,
        max(valid_until_on) over (
            partition by agency_id, effect, effect_grade order by valid_from_on, valid_until_on
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from lines
    where valid_from_on < valid_until_on

),

numbered as (

    select
        *,
        sum(case when valid_from_on <= reached_on then 0 else 1 end) over (
            partition by agency_id, effect, effect_grade order by valid_from_on, valid_until_on
            rows unbounded preceding
        ) as run_number
    from reached

),

runs as (

    select
        agency_id,
        effect,
        effect_grade,
        min(valid_from_on) as valid_from_on,
        max(valid_until_on) as valid_until_on
    from numbered
    group by agency_id, effect, effect_grade, run_number

),

named as (

    select
        history.agency_id,
        history.valid_from_on,
        max(case when runs.effect = 'veto' then bands.grade_rank end) as veto_rank,
        max(case when runs.effect = 'ceiling' then bands.grade_rank end) as ceiling_rank
    from history
    inner join runs
        on
            history.agency_id = runs.agency_id
            and history.valid_from_on < runs.valid_until_on
            and (history.valid_until_on is null or history.valid_until_on > runs.valid_from_on)
    inner join versions
        on
            history.rulebook_id = versions.rulebook_id
            and (
                versions.effective_until_on is null
                or greatest(history.valid_from_on, runs.valid_from_on) < versions.effective_until_on
            )
    inner join bands
        on
            history.rulebook_id = bands.rulebook_id
            and runs.effect_grade = bands.grade
    group by history.agency_id, history.valid_from_on

),

banded as (

    select
        history.*,
        graded_versions.rulebook_id is not null as is_graded,
        coalesce(history.score_grade_reason = 'unrated', false) as is_unrated,
        coalesce(
            case
                when history.score_hundredths is null then unrating_versions.is_score_withheld
                else unrating_versions.is_grade_withheld
            end,
            false
        ) as may_be_unrated,
        coalesce(
            history.valid_from_on >= versions.effective_from_on
            and (versions.next_from_on is null or history.valid_until_on <= versions.next_from_on),
            false
        ) as is_in_force,
        case
            when named.veto_rank is not null then named.veto_rank
            when named.ceiling_rank > bands.grade_rank then named.ceiling_rank
            else bands.grade_rank
        end as rule_rank,
        case
            when named.veto_rank is not null then 'veto'
            when named.ceiling_rank > bands.grade_rank then 'ceiling'
            when bands.grade_rank is not null then 'band'
        end as rule_reason
    from history
    left join versions on history.rulebook_id = versions.rulebook_id
    left join unrating_versions on history.rulebook_id = unrating_versions.rulebook_id
    left join graded_versions on history.rulebook_id = graded_versions.rulebook_id
    left join bands
        on
            history.rulebook_id = bands.rulebook_id
            and {{ band_holds('bands', 'history.score_hundredths') }}
    left join named
        on history.agency_id = named.agency_id and history.valid_from_on = named.valid_from_on

),

final as (

    select
        banded.agency_id,
        banded.valid_from_on,
        banded.rulebook_id,
        banded.grade,
        banded.score_grade_reason,
        ruled.grade as rule_grade,
        banded.rule_reason
    from banded
    left join bands as ruled
        on banded.rulebook_id = ruled.rulebook_id and banded.rule_rank = ruled.grade_rank
    where
        not banded.is_in_force
        or (banded.is_unrated and (banded.grade is not null or not banded.may_be_unrated))
        or (
            not banded.is_unrated
            and (
                banded.score_hundredths is null
                or (banded.is_graded and banded.grade is null)
                or coalesce(banded.grade, '') <> coalesce(ruled.grade, '')
                or coalesce(banded.score_grade_reason, '') <> coalesce(banded.rule_reason, '')
            )
        )

)

select * from final

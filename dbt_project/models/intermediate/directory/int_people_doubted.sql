-- Days on which it is in doubt whether a person counts: under a confirmed conflict, or under a confirmed or an open
-- one. Days of conflicts that overlap or touch form one span. identity_unresolved puts nobody in doubt.
with

conflicts as (

    select * from {{ ref('int_conflicts_assessed') }}
    where
        status in ('confirmed', 'open')
        and conflict_kind <> 'identity_unresolved'

),

-- a certificate shared by two persons puts both in doubt
doubtful as (
    {% for person in ['person_key', 'other_person_key'] %}
        select
            {{ person }} as person_id,
            status,
            overlap_from_on as from_on,
            coalesce(overlap_until_on, {{ open_end() }}) as until_on
        from conflicts
        where {{ person }} is not null
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

doubts as (

    select
        person_id,
        'confirmed' as doubt_code,
        from_on,
        until_on
    from doubtful
    where status = 'confirmed'
    union all
    select
        person_id,
        'confirmed_or_open' as doubt_code,
        from_on,
        until_on
    from doubtful

),

reaches as (

    select
        *,
        max(until_on) over (
            partition by person_id, doubt_code
            order by from_on, until_on
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from doubts

),

numbered as (

    select
        *,
        sum(case when reached_on is null or from_on > reached_on then 1 else 0 end) over (
            partition by person_id, doubt_code
            order by from_on, until_on
            rows between unbounded preceding and current row
        ) as island_number
    from reaches

),

final as (

    select
        person_id,
        doubt_code,
        min(from_on) as from_on,
        max(until_on) as until_on
    from numbered
    group by person_id, doubt_code, island_number

)

select * from final

{% test spans_tile(model, entity) %}

with

neighbours as (

    select
        {{ entity | join(', ') }},
        valid_from_on,
        valid_until_on,
        lead(valid_from_on) over (partition by {{ entity | join(', ') }} order by valid_from_on) as next_from_on
    from {{ model }}

)

select * from neighbours
where
    (valid_until_on is null) <> (next_from_on is null)
    or valid_until_on <> next_from_on
    or valid_from_on >= valid_until_on

{% endtest %}

{#
The lines that repeat an earlier one (format.md, repeat_factor): two CTEs, `earlier_windows` and `repeated`, from lines with
their windows and `repeating_items`. A line repeats one of the same agency and item that began on an earlier day and, without
repairs, runs past the day on which this line begins.
#}
{% macro repeated_lines(lines, start) -%}
earlier_windows as (

    select
        {{ lines }}.line_id,
        {{ lines }}.{{ start }} as begins_on,
        max(coalesce({{ lines }}.valid_until_on, {{ open_end() }})) over (
            partition by {{ lines }}.agency_id, {{ lines }}.item_code
            order by {{ day_number(lines ~ '.' ~ start) }}
            range between unbounded preceding and 1 preceding
        ) as earlier_until_on
    from {{ lines }}
    inner join repeating_items on {{ lines }}.item_code = repeating_items.item_code

),

repeated as (

    select line_id
    from earlier_windows
    where earlier_until_on > begins_on

)
{%- endmacro %}

{# Whether a line has the points of a repetition; `repeated` is joined. #}
{% macro is_repeat(lines) -%}
    (repeated.line_id is not null and {{ lines }}.repeat_factor is not null)
{%- endmacro %}

{# The points of a line that may be a repetition, from its points as a first occurrence; `repeated` is joined. #}
{% macro repeated_points(lines) -%}
    case
        when {{ is_repeat(lines) }}
            then cast({{ lines }}.single_points * {{ lines }}.repeat_factor as decimal(9, 2))
        else {{ lines }}.single_points
    end
{%- endmacro %}

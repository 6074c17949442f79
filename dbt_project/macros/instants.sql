{#
An instant is a day and the phase of the day in which a change takes effect, as one whole number. So the changes of a day
are applied in the order of credit.md 6.10, and the sweep that scores the end of a day also shows which kind of change
moved the score first. A span of instants [a, b) holds at the end of each day from a's to the day before b's.
#}
{% macro instant(day, phase) -%}
    ({{ day_number(day) }} * 8 + {{ {'start': 0, 'rulebook': 1, 'determination': 2, 'repair': 3, 'fact': 4, 'expiry': 5}[phase] }})
{%- endmacro %}

{# The last instant of a day: what holds here holds "at the end of the day". #}
{% macro day_end(day) -%}
    ({{ day_number(day) }} * 8 + 7)
{%- endmacro %}

{# Later than every instant of a date: the end of a span without an end. #}
{% macro end_of_time() -%}
    2000000000
{%- endmacro %}

{% macro instant_day(instant) -%}
    {{ day_of_number(whole_quotient(instant, 8)) }}
{%- endmacro %}

{# The day on which a span ends, null = never. #}
{% macro instant_end_day(instant) -%}
    case when {{ instant }} < {{ end_of_time() }} then {{ instant_day(instant) }} end
{%- endmacro %}

{% macro instant_cause(instant) -%}
    case {{ instant }} % 8
        when 0 then 'start'
        when 1 then 'rulebook'
        when 2 then 'determination'
        when 3 then 'repair'
        when 4 then 'fact'
        when 5 then 'expiry'
    end
{%- endmacro %}

{# Of all rows of one key, the row received last, then the last in its file: the only definition of which row supersedes.
   `key` may name several columns; a dataset that stamps its rows names the stamp in `updated`. #}
{% macro latest_rows(relation, key='row_key', updated=none) -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by received_on desc, {{ updated ~ ' desc, ' if updated }}{{ file_recency() }}
            ) as recency
        from {{ relation }}
    ) as ranked
    where recency = 1
{%- endmacro %}

{# For a large dataset, most of whose keys come once: the keys among whose rows `latest_rows` has to choose. CTE `again` holds
   them, and `came_again` says whether a row has one of them. #}
{% macro keys_that_came_again(relation) -%}
    select row_key
    from {{ relation }}
    group by row_key
    having count(*) > 1
{%- endmacro %}

{% macro came_again(relation) -%}
    exists (select 1 from again where again.row_key = {{ relation }}.row_key)
{%- endmacro %}

{# The order of rows received on one day, last first: by file, then by position in the file. #}
{% macro file_recency(relation=none) -%}
    {%- set of = relation ~ '.' if relation else '' -%}
    {{ of }}file_name desc, {{ of }}file_hash desc, {{ of }}file_position desc
{%- endmacro %}

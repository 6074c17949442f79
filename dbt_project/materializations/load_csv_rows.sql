{#
Loads a seed as the adapter does, but from this file: the adapter does not escape quotes in the path of the project, and
DuckDB reads a `*` in a folder's name as a pattern.
#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {%- set path = adapter.get_seed_file_path(model)
        | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') | replace("'", "''") -%}
    {%- set sql -%}
        copy {{ this.render() }} from '{{ path }}' (format csv, header true, delimiter ',')
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{% endmacro %}

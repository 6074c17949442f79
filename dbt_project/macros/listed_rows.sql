{#
The rows of a list in each of its drops: those that could be read, and those carried into the drop in place of unreadable
rows (int_rows_carried). received_on and the place in the file are those of the drop's own row; `cells_…` say where the
cells come from. Needs `staged` and `carried`; `names` are further columns of the staged rows.
#}
{% macro listed_rows(names) -%}
    {%- set place = ['file_name', 'file_hash', 'sheet', 'row_number', 'file_position'] -%}
    select
        source,
        dataset,
        source_key,
        row_key,
        received_on,
        {{ place | join(', ') }},
        false as is_carried,
        received_on as cells_on,
        file_hash as cells_file_hash,
        sheet as cells_sheet,
        row_number as cells_row_number,
        {{ names | join(', ') }}
    from staged
    union all
    select
        {{ columns('staged', ['source', 'dataset', 'source_key', 'row_key']) }},
        carried.listed_on as received_on,
        {{ columns('carried', place) }},
        true as is_carried,
        staged.received_on as cells_on,
        staged.file_hash as cells_file_hash,
        staged.sheet as cells_sheet,
        staged.row_number as cells_row_number,
        {{ columns('staged', names) }}
    from carried
    inner join staged
        on
            carried.cells_on = staged.received_on
            and carried.row_key = staged.row_key
{%- endmacro %}

{# A row of a file, as an issue shows it. #}
{% macro row_place(relation) -%}
    {{ relation }}.file_name || coalesce(', sheet ' || {{ relation }}.sheet, '') || ', row '
    || cast({{ relation }}.row_number as {{ dbt.type_string() }})
{%- endmacro %}

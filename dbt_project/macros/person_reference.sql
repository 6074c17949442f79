{# How a row refers to a person: its key or, if the number is masked, wrong or missing, everything else in the row. #}
{% macro person_reference_id(key, mask, id_status, name, registration_no, qualification_no, agency_id) -%}
    coalesce({{ key }}, {{ surrogate_key([
        "'reference'", mask, id_status, person_name_key(name), registration_no, qualification_no, agency_id
    ]) }})
{%- endmacro %}

{# Names are compared without the middle dot. #}
{% macro person_name_key(name) -%}
    replace({{ name }}, '·', '')
{%- endmacro %}

{# Whether all digits that both masks show are the same. #}
{% macro masks_agree(left_mask, right_mask) -%}
    (
        length({{ left_mask }}) = length({{ right_mask }})
        {%- for position in range(1, 19) %}
        and (
            substr({{ left_mask }}, {{ position }}, 1) = substr({{ right_mask }}, {{ position }}, 1)
            or substr({{ left_mask }}, {{ position }}, 1) = '*'
            or substr({{ right_mask }}, {{ position }}, 1) = '*'
        )
        {%- endfor %}
    )
{%- endmacro %}

{# The same for all masks of a group. #}
{% macro masks_all_agree(mask) -%}
    (
        min(length({{ mask }})) = max(length({{ mask }}))
        {%- for position in range(1, 19) %}
        and count(distinct nullif(substr({{ mask }}, {{ position }}, 1), '*')) <= 1
        {%- endfor %}
    )
{%- endmacro %}

{# Whether two texts differ in exactly one character: one replaced, added or removed. Engines measure edits in bytes or in
   characters; this always means characters. #}
{% macro differ_in_one_character(one, other, longest=20) -%}
    (
        {{ one }} <> {{ other }}
        and (
            {%- for position in range(1, longest + 1) %}
            (
                substr({{ one }}, 1, {{ position - 1 }}) = substr({{ other }}, 1, {{ position - 1 }})
                and (
                    (
                        length({{ one }}) = length({{ other }})
                        and substr({{ one }}, {{ position + 1 }}) = substr({{ other }}, {{ position + 1 }})
                    )
                    or (
                        length({{ one }}) = length({{ other }}) + 1
                        and substr({{ one }}, {{ position + 1 }}) = substr({{ other }}, {{ position }})
                    )
                    or (
                        length({{ one }}) + 1 = length({{ other }})
                        and substr({{ one }}, {{ position }}) = substr({{ other }}, {{ position + 1 }})
                    )
                )
            )
            {%- if not loop.last %}
            or
            {%- endif %}
            {%- endfor %}
        )
    )
{%- endmacro %}

{# Stable across rebuilds: made from who, which kind, which two employers (in either order) and from which day. #}
{% macro conflict_id(kind, subject, employer_a, employer_b, first_day) -%}
    {{ surrogate_key([
        subject,
        kind,
        "least(" ~ employer_a ~ ", coalesce(" ~ employer_b ~ ", " ~ employer_a ~ "))",
        "greatest(" ~ employer_a ~ ", coalesce(" ~ employer_b ~ ", " ~ employer_a ~ "))",
        first_day
    ]) }}
{%- endmacro %}

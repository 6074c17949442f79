{# The kind of an employer, by the first characters of its code (GB 32100) unless it is a known agency. #}
{% macro employer_kind(employer_id, known_agency_id) -%}
    case
        when {{ employer_id }} is null then null
        when {{ known_agency_id }} is not null then 'agency'
        when substr({{ employer_id }}, 1, 2) in (
            select detector_words.word
            from {{ ref('detector_words') }} as detector_words
            where detector_words.word_code = 'public_body_prefix'
        ) then 'public_body'
        when substr({{ employer_id }}, 1, 2) in (
            select detector_words.word
            from {{ ref('detector_words') }} as detector_words
            where detector_words.word_code = 'enterprise_prefix'
        ) then 'enterprise'
        else 'other'
    end
{%- endmacro %}

{# A row of a file, for people to find it: file hash, sheet, row. #}
{% macro file_place(file_hash, sheet, row_number) -%}
    coalesce('file ' || {{ file_hash }}, 'no file')
    || coalesce(', sheet ' || {{ sheet }}, '')
    || coalesce(', row ' || cast({{ row_number }} as {{ dbt.type_string() }}), '')
{%- endmacro %}

{# The evidence that set each end of a spell, with file, sheet and row. #}
{% macro spell_evidence(spell) -%}
    'from: ' || {{ spell }}.from_evidence || ', '
    || {{ file_place(spell ~ '.from_file_hash', spell ~ '.from_sheet', spell ~ '.from_row_number') }}
    || '; until: ' || {{ spell }}.until_evidence || ', '
    || {{ file_place(spell ~ '.until_file_hash', spell ~ '.until_sheet', spell ~ '.until_row_number') }}
{%- endmacro %}

{# The explanations of a kind, each with its outcome. Those after the first that holds, or is in doubt, are not tested. #}
{% macro explanations_tested(explanations, explained_by, is_doubted) -%}
    {%- set rest = "substr(" ~ explanations ~ ", " ~ dbt.position(explained_by, explanations)
        ~ " + length(" ~ explained_by ~ ") + 1)" -%}
    case
        when {{ explained_by }} is null then replace({{ explanations }}, '、', ': does not hold、') || ': does not hold'
        else
            replace(
                substr({{ explanations }}, 1, {{ dbt.position(explained_by, explanations) }} - 1), '、', ': does not hold、'
            )
            || {{ explained_by }}
            || case when {{ is_doubted }} then ': in doubt, a row was not read' else ': holds' end
            || case
                when {{ rest }} = '' then ''
                else '、' || replace({{ rest }}, '、', ': not asked、') || ': not asked'
            end
    end
{%- endmacro %}

{# The status of a conflict: a decision by people comes first, unless new evidence came after it. #}
{% macro conflict_status(outcome, is_reopened, explained_by, is_expired='false') -%}
    case
        when {{ outcome }} = 'confirmed' then 'confirmed'
        when {{ is_reopened }} then 'open'
        when {{ outcome }} = 'cleared' then 'cleared'
        when {{ explained_by }} is not null then 'explained'
        when {{ is_expired }} then 'expired'
        else 'open'
    end
{%- endmacro %}

{# The factor by which several datasets raise the confidence. Needs `parameters`. #}
{% macro evidence_factor(has_several_datasets) -%}
    cast(
        case when {{ has_several_datasets }} then parameters.many_dataset_factor else parameters.one_dataset_factor end
        as decimal(5, 4)
    )
{%- endmacro %}

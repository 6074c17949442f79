{#
The row of every agency on one day, defined once: the live view passes today, the table macro
credit.agency_grades_as_of(d) of the DuckDB file any day. Columns of the history are those of the day asked for; columns
of dim_agencies (name, directory status, last check, first row) are as of the build. Relations are named without their
database, so that the text works in any file.
#}
{% macro agency_grades_on(day, history, agencies) -%}
    select
        history.agency_id,
        agencies.agency_name,
        history.score,
        history.grade,
        history.has_active_misconduct,
        history.grade_since_on as since_on,
        history.next_change_on,
        history.next_score,
        history.next_grade,
        history.next_grade_change_on,
        agencies.directory_status,
        history.rulebook_id,
        history.is_provisional,
        coalesce(agencies.is_evidence_incomplete, false) as is_evidence_incomplete,
        agencies.incomplete_because,
        history.last_changed_on,
        agencies.last_checked_on,
        agencies.first_seen_on,
        history.score_grade_reason,
        history.next_score_grade_reason
    from {{ history }} as history
    left join {{ agencies }} as agencies on history.agency_id = agencies.agency_id
    where
        history.valid_from_on <= {{ day }}
        and (history.valid_until_on is null or history.valid_until_on > {{ day }})
{%- endmacro %}

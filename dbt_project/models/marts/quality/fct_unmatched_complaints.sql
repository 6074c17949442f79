-- What a person needs to decide which agency a complaint is about; the complainant's own text stays in the archive.
with

complaints as (

    select * from {{ ref('int_complaints_matched') }}

),

suggestions as (

    select * from {{ ref('int_complaints_suggested') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

named as (

    select
        suggestions.dataset,
        suggestions.row_key,
        suggestions.suggestion_rank,
        suggestions.agency_id,
        suggestions.similarity_ratio,
        agencies.agency_name
    from suggestions
    left join agencies
        on suggestions.agency_id = agencies.agency_id

),

folded as (

    select
        dataset,
        row_key,
        max(case when suggestion_rank = 1 then agency_id end) as suggestion_1_id,
        max(case when suggestion_rank = 1 then agency_name end) as suggestion_1_name,
        max(case when suggestion_rank = 1 then similarity_ratio end) as suggestion_1_ratio,
        max(case when suggestion_rank = 2 then agency_id end) as suggestion_2_id,
        max(case when suggestion_rank = 2 then agency_name end) as suggestion_2_name,
        max(case when suggestion_rank = 2 then similarity_ratio end) as suggestion_2_ratio,
        max(case when suggestion_rank = 3 then agency_id end) as suggestion_3_id,
        max(case when suggestion_rank = 3 then agency_name end) as suggestion_3_name,
        max(case when suggestion_rank = 3 then similarity_ratio end) as suggestion_3_ratio
    from named
    group by dataset, row_key

),

final as (

    select
        'complaints' as source,
        complaints.dataset,
        complaints.source_key,
        concat(complaints.dataset, ':', complaints.complaint_id) as object_prefix,
        complaints.raised_on,
        complaints.result_code,
        complaints.received_on,
        complaints.file_hash,
        complaints.sheet,
        cast(complaints.row_number as int) as row_number,
        folded.suggestion_1_id,
        folded.suggestion_1_name,
        folded.suggestion_1_ratio,
        folded.suggestion_2_id,
        folded.suggestion_2_name,
        folded.suggestion_2_ratio,
        folded.suggestion_3_id,
        folded.suggestion_3_name,
        folded.suggestion_3_ratio
    from complaints
    left join folded
        on
            complaints.dataset = folded.dataset
            and complaints.row_key = folded.row_key
    where complaints.agency_id is null

)

select * from final

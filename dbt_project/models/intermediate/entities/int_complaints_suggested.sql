/* Whom an unresolved complaint may be about: the nearest names by edit distance, where one text holds the other first.
A suggestion is for a person to judge; it scores nothing. */
with

complaints as (

    select * from {{ ref('int_complaints_matched') }}

),

agency_names as (

    select * from {{ ref('int_agency_names') }}

),

unresolved as (

    select
        dataset,
        row_key,
        respondent_name
    from complaints
    where agency_id is null and respondent_name is not null

),

texts as (

    select distinct respondent_name from unresolved

),

compared as (

    select
        texts.respondent_name,
        agency_names.agency_id,
        max(
            case
                when
                    position(texts.respondent_name in agency_names.agency_name) > 0
                    or position(agency_names.agency_name in texts.respondent_name) > 0
                    then 1
                else 0
            end
        ) as held_count,
        cast(max(
            1.0 - cast(levenshtein(texts.respondent_name, agency_names.agency_name) as double)
            / greatest(length(texts.respondent_name), length(agency_names.agency_name))
        ) as decimal(5, 4)) as similarity_ratio
    from texts
    cross join agency_names
    group by texts.respondent_name, agency_names.agency_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by respondent_name
            order by held_count desc, similarity_ratio desc, agency_id desc
        ) as suggestion_rank
    from compared
    where held_count > 0 or similarity_ratio > 0

),

final as (

    select
        unresolved.dataset,
        unresolved.row_key,
        cast(ranked.suggestion_rank as int) as suggestion_rank,
        ranked.agency_id,
        ranked.similarity_ratio
    from unresolved
    inner join ranked
        on unresolved.respondent_name = ranked.respondent_name
    where ranked.suggestion_rank <= 3

)

select * from final

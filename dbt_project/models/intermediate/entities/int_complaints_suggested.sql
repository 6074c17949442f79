/* Whom an unresolved complaint may be about: the nearest names by edit distance, where one text holds the other first,
among those that share a pair of characters with it; a pair that more than 50 agencies bear tells nobody apart and
would compare everybody with everybody. A suggestion is for a person to judge; it scores nothing. */
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

name_positions as (

    select
        agency_id,
        agency_name,
        {{ integers_between(1, 'length(agency_name) - 1') }} as place
    from agency_names

),

name_pairs as (

    select distinct
        agency_id,
        agency_name,
        substring(agency_name, place, 2) as pair
    from name_positions

),

telling_pairs as (

    select pair
    from name_pairs
    group by pair
    having count(distinct agency_id) <= 50

),

text_positions as (

    select
        respondent_name,
        {{ integers_between(1, 'length(respondent_name) - 1') }} as place
    from texts

),

text_pairs as (

    select distinct
        text_positions.respondent_name,
        substring(text_positions.respondent_name, text_positions.place, 2) as pair
    from text_positions

),

candidates as (

    select distinct
        text_pairs.respondent_name,
        name_pairs.agency_id,
        name_pairs.agency_name
    from text_pairs
    inner join telling_pairs
        on text_pairs.pair = telling_pairs.pair
    inner join name_pairs
        on telling_pairs.pair = name_pairs.pair

),

compared as (

    select
        respondent_name,
        agency_id,
        max(
            case
                when
                    position(respondent_name in agency_name) > 0
                    or position(agency_name in respondent_name) > 0
                    then 1
                else 0
            end
        ) as held_count,
        cast(max(
            1.0 - cast(levenshtein(respondent_name, agency_name) as double)
            / greatest(length(respondent_name), length(agency_name))
        ) as decimal(5, 4)) as similarity_ratio
    from candidates
    group by respondent_name, agency_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by respondent_name
            order by held_count desc, similarity_ratio desc, agency_id desc
        ) as suggestion_rank
    from compared

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

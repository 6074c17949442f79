/* Agencies that an unresolved complaint may be about: the names that share most pairs of neighbouring characters with
it (Dice's coefficient); names that contain the text, or are contained in it, come first. A pair that more than 50
agencies share is ignored: it distinguishes nobody, and would compare everybody with everybody. A suggestion is for a
person to judge; it scores nothing. */
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
        {{ integers_between(1, 'length(agency_name) - 1') }} as char_position
    from agency_names

),

name_pairs as (

    select distinct
        agency_id,
        agency_name,
        substring(agency_name, char_position, 2) as pair
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
        {{ integers_between(1, 'length(respondent_name) - 1') }} as char_position
    from texts

),

text_pairs as (

    select distinct
        text_positions.respondent_name,
        substring(text_positions.respondent_name, text_positions.char_position, 2) as pair
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

name_sizes as (

    select
        agency_id,
        agency_name,
        count(*) as pair_count
    from name_pairs
    group by agency_id, agency_name

),

text_sizes as (

    select
        respondent_name,
        count(*) as pair_count
    from text_pairs
    group by respondent_name

),

shared as (

    select
        candidates.respondent_name,
        candidates.agency_id,
        candidates.agency_name,
        count(*) as pair_count
    from candidates
    inner join text_pairs
        on candidates.respondent_name = text_pairs.respondent_name
    inner join name_pairs
        on
            candidates.agency_id = name_pairs.agency_id
            and candidates.agency_name = name_pairs.agency_name
            and text_pairs.pair = name_pairs.pair
    group by candidates.respondent_name, candidates.agency_id, candidates.agency_name

),

compared as (

    select
        shared.respondent_name,
        shared.agency_id,
        max(
            case
                when
                    position(shared.respondent_name in shared.agency_name) > 0
                    or position(shared.agency_name in shared.respondent_name) > 0
                    then 1
                else 0
            end
        ) as held_count,
        max(cast(
            2.0 * shared.pair_count / (text_sizes.pair_count + name_sizes.pair_count) as decimal(5, 4)
        )) as similarity_ratio
    from shared
    inner join text_sizes
        on shared.respondent_name = text_sizes.respondent_name
    inner join name_sizes
        on
            shared.agency_id = name_sizes.agency_id
            and shared.agency_name = name_sizes.agency_name
    group by shared.respondent_name, shared.agency_id

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

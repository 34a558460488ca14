//! What every journal promises, whatever keeps it. Each promise is a function of the [`Kept`](kept::Kept) that it is asked
//! of, and becomes a test for each kind of journal in a file of that kind.

/// A test of each promise, for one kind of journal.
macro_rules! promises {
    ($kept:ty) => {
        promises! { $kept:
            claims::rows_are_claimed_once_each_in_the_order_of_the_input
            claims::a_claimed_row_is_what_was_loaded
            claims::rows_in_flight_at_a_kill_come_again_before_new_ones_and_say_so
            claims::another_invocation_of_the_same_process_takes_up_what_is_in_flight
            claims::released_and_held_rows_come_again_in_the_next_invocation_and_not_in_this
            claims::a_row_with_an_outcome_is_claimed_again_only_if_it_is_asked_for
            claims::invalid_rows_are_never_claimed
            claims::a_journal_without_sound_rows_is_over_at_once
            communities::communities_come_first_and_topics_wait_for_them
            communities::topics_of_a_community_that_is_not_there_are_blocked
            communities::a_community_that_is_taken_up_again_comes_before_topics
            communities::communities_are_counted_and_read_apart
            communities::what_remains_of_topics_whose_community_stays_away_is_blocked
            totals::the_counts_add_up_at_every_step
            totals::rows_are_counted_by_their_last_code
            totals::calls_are_those_of_all_invocations
            removal::a_run_of_which_nothing_was_accepted_is_removed
            removal::a_run_of_which_anything_was_or_may_have_been_accepted_stays
            rows::every_row_is_read_once_in_the_order_of_the_input
            rows::only_rows_with_the_outcomes_are_read
            rows::sound_rows_are_read_once_with_those_of_their_group
            rows::rows_that_are_read_while_others_are_recorded_come_once_each
            rows::a_row_that_is_read_is_what_was_loaded_and_recorded
            model::whatever_happens_to_a_journal_it_is_what_a_list_in_memory_would_be
        }
    };
    ($kept:ty: $($idea:ident::$promise:ident)*) => {
        $(
            #[test]
            fn $promise() {
                super::$idea::$promise::<$kept>();
            }
        )*
    };
}

mod claims;
mod communities;
pub(crate) mod kept;
mod model;
#[cfg(feature = "postgres")]
mod postgres;
mod removal;
mod rows;
mod sqlite;
mod totals;

//! A run that ended before its time is taken up again, whatever keeps its journal.

/// A test of each, for one kind of place.
macro_rules! resumed {
    ($place:ty) => {
        resumed! { $place:
            after_death::named_rows_are_all_there_once_and_those_with_an_outcome_are_not_called_again
            after_death::unnamed_rows_that_were_in_flight_are_unknown_and_never_called_again
            after_death::a_run_that_dies_again_and_again_comes_to_its_end
            after_stop::every_row_is_called_once_wherever_the_run_was_stopped
            after_stop::a_run_that_is_stopped_again_and_again_comes_to_its_end
            after_stop::a_run_that_has_come_to_its_end_calls_nothing_again
            held::rows_of_a_group_are_held_until_it_is_mended_and_others_are_not_called_again
            held::a_run_that_was_blocked_goes_on_where_it_was
            in_doubt::a_row_whose_earlier_call_was_executed_is_existing
            in_doubt::a_row_whose_earlier_call_was_not_executed_is_imported
            in_doubt::a_refusal_of_a_row_whose_earlier_call_was_executed_is_not_believed
            in_doubt::a_row_that_is_there_with_other_content_is_a_conflict_after_all
            in_doubt::a_row_that_ran_out_of_time_is_settled_by_the_next_invocation
            in_doubt::a_row_stays_in_doubt_until_the_service_decides
            in_doubt::a_row_in_doubt_whose_group_is_blocked_is_held_and_settled_once_it_is_mended
            retry::rejected_rows_are_called_again_and_invalid_ones_are_not
            retry::a_row_that_is_rejected_again_has_its_new_code
            retry::a_conflict_is_settled_anew
            retry::an_unknown_row_is_called_again_at_the_price_of_a_second_topic
            retry::rows_that_were_to_be_tried_again_when_the_run_stopped_are_pending
            retry::a_retry_that_is_stopped_puts_rows_back_where_they_were
            retry::a_refusal_of_an_unknown_row_with_an_id_is_believed_once_the_topic_was_read_back
        }
    };
    ($place:ty: $($idea:ident::$case:ident)*) => {
        $(
            #[test]
            fn $case() {
                super::$idea::$case::<$place>();
            }
        )*
    };
}

mod after_death;
mod after_stop;
mod held;
mod in_doubt;
mod retry;

mod in_file {
    resumed!(crate::support::JournalFile);
}

#[cfg(feature = "postgres")]
mod in_postgres {
    resumed!(crate::postgres::Run);
}

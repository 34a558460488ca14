/// What went wrong, in a sentence.
pub(crate) type Problem = String;

//! Signing a `UserSig`.

use std::hint::black_box;
use std::process::Command;

use topic_import_benches::sample;
use topic_import_core::{SdkAppId, UserId, UserSig};
use topic_import_emulator::{TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::Outcome;
use crate::clock::each_on_cpu;
use crate::comparison::{Comparison, rounds};
use crate::effort::Effort;
use crate::process;
use crate::table::{Figure, Row, Target};

pub(crate) fn measure(effort: &Effort) -> Outcome<Vec<Row>> {
    let count = u32::try_from(effort.of(20_000))?;
    let (key, app) = (sample::secret_key(), SdkAppId::new(TRIAL_SDK_APP_ID));
    let identifier = UserId::parse(TRIAL_IDENTIFIER)?;
    let figure = match &effort.other_signer {
        None => Figure::Missing("not built"),
        Some(program) => {
            let ours = || {
                Ok(each_on_cpu(count, |number| {
                    black_box(UserSig::sign(&key, app, &identifier, number.into(), 86_400));
                }))
            };
            let theirs = || {
                let mut command = Command::new(program);
                command.args([&count.to_string(), TRIAL_SECRET_KEY, TRIAL_IDENTIFIER]);
                let cpu = process::run(command)?.cpu;
                // A smoke test is over within a tick.
                Ok((cpu * 1e9 / f64::from(count)).max(1.0))
            };
            let pairs = rounds::<_, Box<dyn std::error::Error + Send + Sync>>(
                effort.rounds.min(5),
                ours,
                theirs,
            )?;
            Comparison::of(&pairs).in_nanoseconds()
        }
    };
    Ok(vec![Row::new(
        "core: sign a UserSig, time",
        "tcloud-im-api 0.2.1",
        figure,
        Target::None,
    )])
}

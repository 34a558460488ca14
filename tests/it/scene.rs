//! Plays a scene with both clients before the emulator, over plain HTTP and HTTPS.

use topic_import_emulator::Builder;

use crate::client::{Client, Kind};
use crate::stage::{Over, Stage, Standing};

/// Plays the scene four times, each with an emulator of its own that is set up like this.
pub(crate) fn play_with(set_up: fn(Builder) -> Builder, scene: impl Fn(&Client, &Standing, &str)) {
    for kind in Kind::BOTH {
        for over in [Over::PlainHttp, Over::Https] {
            let standing = Stage::Emulator(set_up).set_up(over);
            let client = Client::new(kind, &standing.settings());
            scene(&client, &standing, &format!("{kind:?} over {over:?}"));
        }
    }
}

//! `other-signer COUNT KEY IDENTIFIER`: signs so often.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use tcloud_im_api::api::usersig::gen_usersig;

const APP: u64 = 1_400_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [count, key, identifier] = &arguments[..] else {
        return Err("other-signer COUNT KEY IDENTIFIER".into());
    };
    let count: u32 = count.parse()?;
    for _ in 0..count {
        let signature = gen_usersig(APP, key, identifier, Duration::from_secs(86_400));
        black_box(signature.map_err(|error| format!("{error:?}"))?);
    }
    Ok(())
}

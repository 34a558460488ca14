//! What a client may be used for: to be cloned, shared between threads, awaited anywhere.

use std::ops::ControlFlow;

use topic_import_core::ImportTopic;

const fn is_shareable<T: Clone + Send + Sync + 'static>() {}
const _: () = is_shareable::<topic_import_async::Client>();
const _: () = is_shareable::<topic_import_blocking::Client>();

const fn is_send<T: Send>(_: &T) {}
const fn borrows_nothing<T: Send + 'static>(_: &T) {}

/// Compiles, or does not.
#[allow(dead_code, reason = "to be compiled, not to be called")]
fn futures_and_streams_may_move_between_threads(
    client: &topic_import_async::Client,
    topic: ImportTopic,
    get: topic_import_core::GetTopic,
    destroy: topic_import_core::DestroyTopic,
) {
    let at_once = std::num::NonZeroUsize::MIN;
    is_send(&client.import(topic.clone()));
    is_send(&client.execute(get));
    is_send(&client.execute(destroy));
    is_send(&client.run(client.call(topic.clone()), |_| ControlFlow::Continue(())));
    borrows_nothing(&client.import_all(futures_util::stream::iter([topic]), at_once));
}

const _: fn(topic_import_blocking::ImportAll) = |results| borrows_nothing(&results);

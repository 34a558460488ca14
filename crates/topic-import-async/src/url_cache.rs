//! Parses a URL once for all the requests that differ in their random numbers alone.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use reqwest::Url;
use topic_import_core::http::HttpRequest;

/// The last request's URL, parsed, up to its random number: to parse it takes longer than all else that the client does.
#[derive(Default)]
pub(crate) struct UrlCache(ArcSwapOption<Parsed>);

struct Parsed {
    text: String,
    url: Url,
}

impl UrlCache {
    /// The request's URL.
    pub(crate) fn url(
        &self,
        request: &HttpRequest,
    ) -> Result<Url, impl Error + Send + Sync + use<>> {
        let (text, last_pairs) = request.url_and_last_pairs();
        let parsed = match &*self.0.load() {
            Some(last) if last.text == text => Ok(last.url.clone()),
            _ => Url::parse(text).inspect(|url| self.keep(text, url)),
        };
        parsed.map(|mut url| {
            url.query_pairs_mut().extend_pairs(last_pairs);
            url
        })
    }

    fn keep(&self, text: &str, url: &Url) {
        let (text, url) = (text.to_owned(), url.clone());
        self.0.store(Some(Arc::new(Parsed { text, url })));
    }
}

/// Without the URL, which carries the signature.
impl fmt::Debug for UrlCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UrlCache").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use topic_import_core::{Call, Credentials, Endpoint, Now, Origin, Session, Step, TopicDraft};

    use super::*;

    const SIGNATURE: &str = "eJyrVgrxCdYr*aZ09-_";

    /// The first request of a call to there that was given this random number.
    fn request(origin: &str, random: u32) -> HttpRequest {
        let credentials = Credentials::from_user_sig(1, "ann&b=1", SIGNATURE).unwrap();
        let endpoint = Endpoint::custom(Origin::parse(origin).unwrap());
        let mut session = Session::new(endpoint, credentials);
        let topic = TopicDraft::new("@TGS#_riverside", "Welcome").validate();
        let mut call = Call::new(topic.unwrap());
        let now = Now {
            elapsed: Duration::ZERO,
            unix_seconds: 0,
        };
        loop {
            if let Step::Send(request) = call.next(&mut session, now, random) {
                return request;
            }
        }
    }

    #[test]
    fn a_url_from_the_cache_is_the_requests_own() {
        let cache = UrlCache::default();
        for (origin, random) in [
            ("https://a.example", 1),
            ("https://a.example", u32::MAX),
            ("http://127.0.0.1:80", 2),
            ("http://127.0.0.1:80", 3),
            ("https://a.example", 4),
        ] {
            let request = request(origin, random);
            let parsed = Url::parse(&request.url).unwrap();
            assert_eq!(cache.url(&request).unwrap(), parsed);
        }
    }

    #[test]
    fn it_does_not_show_the_signature() {
        let cache = UrlCache::default();
        cache.url(&request("https://a.example", 1)).unwrap();
        assert!(!format!("{cache:?}").contains(SIGNATURE));
    }
}

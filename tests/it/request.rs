//! A request as it stands on the wire, read without any library.

use topic_import_core::http::header_bytes;

/// One request of a client.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    /// The request that `bytes` begin with, and its length; `None` while it is not whole.
    pub(crate) fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        let head_length = bytes.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
        let head = String::from_utf8(bytes[..head_length].to_vec()).unwrap();
        let body_length: usize = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .expect("a request says how long its body is")
            .1
            .trim()
            .parse()
            .unwrap();
        let body = bytes.get(head_length..head_length + body_length)?;
        let body = String::from_utf8(body.to_vec()).unwrap();
        Some((Self { head, body }, head_length + body_length))
    }

    /// The last part of the path.
    pub(crate) fn command(&self) -> &str {
        let path = self.target().split('?').next().unwrap_or_default();
        path.rsplit('/').next().unwrap_or_default()
    }

    /// A parameter of the URL, as it stands there.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target().split_once('?')?;
        query
            .split('&')
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(found, _)| *found == name)
            .map(|(_, value)| value)
    }

    /// Path and query.
    pub(crate) fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// The API's answer that it is done, with the `TopicId` of the request or a new one.
    pub(crate) fn success(&self) -> Vec<u8> {
        let id = self
            .body
            .split_once(r#""TopicId":""#)
            .and_then(|(_, rest)| rest.split('"').next())
            .unwrap_or("@TGS#_riverside@TOPIC#_@TOPIC#c1");
        answer("200 OK", "", success_of(id).as_bytes())
    }
}

/// The API's envelope of a success.
pub(crate) fn success_of(topic_id: &str) -> String {
    format!(r#"{{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"TopicId":"{topic_id}"}}"#)
}

/// How many headers an [`answer`] has without others.
pub(crate) const OWN_HEADERS: usize = 2;

/// How many of so many bytes of headers are left for others in the [`answer`] with this body.
pub(crate) fn room_in_headers(bytes: usize, body: &str) -> usize {
    let length = body.len().to_string();
    let types = header_bytes("Content-Type", b"application/json");
    bytes - types - header_bytes("Content-Length", length.as_bytes())
}

/// A whole HTTP answer; `headers` each end with a line's end.
pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n")
            .into_bytes();
    answer.extend_from_slice(body);
    answer
}

//! Files that are no text, and what is to be done with them.

/// Where a tar archive says that it is one.
const TAR_AT: usize = 257;
const TAR: &[u8] = b"ustar";

/// Says what a file is that begins with these bytes, and how to get text from it; `None` if it may be text.
pub(crate) fn no_text(start: &[u8]) -> Option<&'static str> {
    if is_tar(start) {
        Some("it is a tar archive: unpack it, and give what is in it")
    } else if is_bson(start) {
        Some("it is BSON: export it as JSON, with mongoexport")
    } else {
        None
    }
}

/// A tar archive begins with the name of its first file, filled up with zeros.
fn is_tar(start: &[u8]) -> bool {
    let Some((name, rest)) = start.split_at_checked(TAR_AT) else {
        return false;
    };
    rest.starts_with(TAR) && name.contains(&0)
}

/// A document of BSON begins with its length, at most 16 MiB, the type of its first member, and that one's name, which ends
/// with a zero.
fn is_bson(start: &[u8]) -> bool {
    let Some(([_, _, _, 0 | 1, kind, name @ ..], _)) = start.split_at_checked(start.len().min(64))
    else {
        return false;
    };
    let length = name.iter().position(|byte| *byte == 0);
    let name = &name[..length.unwrap_or_default()];
    matches!(kind, 1..=0x13) && !name.is_empty() && name.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar() -> Vec<u8> {
        let mut header = b"export/stream_index.json".to_vec();
        header.resize(TAR_AT, 0);
        header.extend_from_slice(b"ustar  \0root");
        header
    }

    #[test]
    fn archives_and_databases_are_told_from_text() {
        assert!(no_text(&tar()).unwrap().contains("tar"));
        for bson in [
            &b"\x16\0\0\0\x02_id\0\x06\0\0\0GENERAL\0"[..],
            b"\x16\x01\x02\0\x07_id\0abc",
        ] {
            assert!(no_text(bson).unwrap().contains("BSON"));
        }
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let mut texts: Vec<Vec<u8>> = vec![
            vec![],
            b"{}".to_vec(),
            vec![0; 600],
            "ustar".repeat(100).into(),
        ];
        for text in ["{\n\t\"a\": 1}", "GroupId,TopicName\n", "[\t{}]", "a\t\t"] {
            texts.push(text.into());
            texts.push(utf16(text, u16::to_le_bytes));
            texts.push(utf16(text, u16::to_be_bytes));
        }
        for text in texts {
            assert_eq!(no_text(&text), None, "{text:?}");
        }
    }
}

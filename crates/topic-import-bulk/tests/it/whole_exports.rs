//! Several files at once, directories and archives. All content is made up.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use topic_import_bulk::check::{CheckReport, check};
use topic_import_bulk::input::{Format, Input, RowSettings};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::support::{GROUP, export};

const FILES: [(&str, &str); 6] = [
    ("channels.json", r#"[{"id":"C1","name":"open"}]"#),
    ("groups.json", r#"[{"id":"C2","name":"board"}]"#),
    ("dms.json", r#"[{"id":"D3"}]"#),
    ("users.json", r#"[{"id":"U1","name":"ada"}]"#),
    (
        "open/2020-01-01.json",
        r#"[{"type":"message","text":"hello"}]"#,
    ),
    ("__MACOSX/._channels.json", "\0\0"),
];

fn settings() -> RowSettings {
    let mut settings = RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    settings
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    directory
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer
        .add_directory("export 2020", SimpleFileOptions::default())
        .unwrap();
    for (name, content) in files {
        let name = format!("export 2020/{name}");
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn gzip(content: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn input(path: &Path, format: Format) -> Input {
    Input::file(path, format, settings())
}

fn assert_is_the_export(report: &CheckReport) {
    assert_eq!(
        (report.rows, report.problems_total),
        (1, 0),
        "{:?}",
        report.problems
    );
    let counts: Vec<_> = report
        .left_out
        .counts()
        .map(|(reason, count)| (reason.name(), count))
        .collect();
    assert_eq!(counts, [("private", 1), ("direct", 1)]);
}

#[test]
fn a_directory_and_an_archive_are_read_like_their_files() {
    let directory = directory(&FILES);
    assert_is_the_export(&check(&input(directory.path(), export("slack"))).unwrap());
    let path = directory.path().join("export.zip");
    fs::write(&path, zip(&FILES)).unwrap();
    assert_is_the_export(&check(&input(&path, export("slack"))).unwrap());
    // Standard input cannot be read from its end, where an archive lists its files.
    let stream = Input::stream(
        "a stream",
        Cursor::new(zip(&FILES)),
        export("slack"),
        settings(),
    );
    assert_is_the_export(&check(&stream).unwrap());
}

#[test]
fn the_content_of_every_file_that_is_read_counts() {
    let before = directory(&FILES);
    let fingerprint = |directory: &TempDir| {
        let input = input(directory.path(), export("slack"));
        let fingerprint = input.fingerprint().unwrap();
        assert_eq!(check(&input).unwrap().fingerprint, fingerprint);
        fingerprint
    };
    let mut files = FILES;
    files[3].1 = "[]";
    assert_eq!(fingerprint(&before), fingerprint(&directory(&files)));
    files[1].1 = "[]";
    assert_ne!(fingerprint(&before), fingerprint(&directory(&files)));
}

#[test]
fn a_file_that_was_compressed_is_the_same_file() {
    let text = format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"x\"}}\n");
    let directory = tempfile::tempdir().unwrap();
    let (plain, packed) = (
        directory.path().join("a.jsonl"),
        directory.path().join("a.jsonl.gz"),
    );
    fs::write(&plain, &text).unwrap();
    fs::write(&packed, gzip(&text)).unwrap();
    assert_eq!(Format::detect(&packed), Some(Format::Jsonl));
    let reports = [&plain, &packed].map(|path| check(&input(path, Format::Jsonl)).unwrap());
    assert_eq!(reports[0].rows, 1);
    assert_eq!(reports[0].fingerprint, reports[1].fingerprint);
    let document = directory.path().join("a.json.gz");
    fs::write(&document, gzip(&format!("[{text}]"))).unwrap();
    assert_eq!(Format::detect(&document), Some(Format::Json));
    fs::write(&packed, &gzip(&text)[..20]).unwrap();
    let error = check(&input(&packed, Format::Jsonl)).unwrap_err();
    assert!(error.to_string().ends_with("a.jsonl.gz"), "{error}");
}

#[test]
fn several_files_are_one_input_and_each_problem_names_its_own() {
    let directory = directory(&[
        (
            "a.json",
            r#"{"channels":[{"id":"C1","name":"a"}],"response_metadata":{"next_cursor":"x"}}"#,
        ),
        (
            "b.json",
            "{\"channels\":[\n{\"id\":\"C2\"},{\"id\":\"C1\",\"name\":\"a\"}],\"response_metadata\":{\"next_cursor\":\"\"}}",
        ),
    ]);
    let paths: Vec<PathBuf> = ["a.json", "b.json"]
        .map(|name| directory.path().join(name))
        .into();
    let report = check(&Input::files(paths.clone(), export("slack"), settings())).unwrap();
    assert_eq!(
        (report.rows, report.repeated_channels, report.has_more_pages),
        (2, 1, false)
    );
    let problem = &report.problems[0];
    let file = paths[1].display().to_string();
    assert_eq!(
        problem.in_input("a.json"),
        format!("{file}:2: channel 1: TopicName: is missing, and required: add it")
    );
    let json = serde_json::to_value(problem).unwrap();
    assert_eq!(
        (&json["file"], &json["element"]),
        (&file.clone().into(), &"channel 1".into())
    );
    fs::write(&paths[1], "[").unwrap();
    let report = check(&Input::files(paths, export("slack"), settings())).unwrap();
    assert_eq!(
        report.problems[0].in_input("a.json"),
        format!("{file}:1: the document ends in the middle: is the file whole?")
    );
}

#[test]
fn what_holds_nothing_of_an_export_says_what_is_looked_for() {
    let directory = directory(&[("users.json", "[]")]);
    let error = check(&input(directory.path(), export("slack"))).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.contains("none of the files that are to be read: channels.json"),
        "{cause}"
    );
    let path = directory.path().join("export.zip");
    fs::write(&path, zip(&[("users.json", "[]")])).unwrap();
    assert!(check(&input(&path, export("slack"))).is_err());
    fs::write(&path, &zip(&FILES)[..40]).unwrap();
    assert!(check(&input(&path, export("slack"))).is_err());
}

#[test]
fn each_source_knows_its_own_files() {
    for (source, files, rows, left_out) in [
        (
            "gchat",
            &[
                (
                    "Takeout/Google Chat/Groups/Space AAAA/group_info.json",
                    r#"{"name":"Boats","members":[{"name":"Ada"}]}"#,
                ),
                (
                    "Takeout/Google Chat/Groups/Space AAAA/messages.json",
                    r#"{"messages":[{"text":"x"}]}"#,
                ),
                (
                    "Takeout/Google Chat/Groups/DM BBBB/group_info.json",
                    r#"{"members":[{"name":"Ada"},{"name":"Bo"}]}"#,
                ),
                (
                    "Takeout/Google Chat/Users/User 1/user_info.json",
                    r#"{"user":{"name":"Ada"}}"#,
                ),
            ][..],
            1,
            1,
        ),
        (
            "mattermost",
            &[
                (
                    "import.jsonl",
                    "{\"type\":\"version\",\"version\":1}\n{\"type\":\"channel\",\"channel\":{\"team\":\"t\",\"name\":\"a\",\"type\":\"O\"}}\n",
                ),
                ("data/20200101/image.json", "not this one"),
            ],
            1,
            0,
        ),
        (
            "zulip",
            &[
                (
                    "realm.json",
                    r#"{"zerver_realm":[{"id":1,"name":"R"}],"zerver_stream":[{"id":7,"name":"boats"}]}"#,
                ),
                ("messages-000001.json", r#"{"zerver_message":[{"id":1}]}"#),
            ],
            1,
            0,
        ),
        (
            "telegram",
            &[
                (
                    "result.json",
                    r#"{"name":"R","id":3,"messages":[{"id":5,"action":"topic_created","title":"Boats"}]}"#,
                ),
                ("photos/index.json", "{}"),
            ],
            1,
            0,
        ),
    ] {
        let directory = directory(files);
        let report = check(&input(directory.path(), export(source))).unwrap();
        assert_eq!(
            (report.rows, report.problems_total),
            (rows, 0),
            "{source}: {:?}",
            report.problems
        );
        let counts = report.left_out.counts().map(|(_, count)| count);
        assert_eq!(counts.sum::<u64>(), left_out, "{source}");
    }
}

#[test]
fn the_attachments_of_an_export_are_passed_over_and_counted() {
    let channel = |id: u8| {
        format!(
            r#"{{"guild":{{"id":"1","name":"g"}},"channel":{{"id":"19703843948331008{id}","type":"GuildTextChat","name":"n{id}"}},"messages":[]}}"#
        )
    };
    let (first, second) = (channel(1), channel(2));
    let files = [
        ("a [1].json", &*first),
        (
            "a [1].json_Files/list-ABCDE.json",
            r#"[{"id":"197038439483310086","name":"no channel"}]"#,
        ),
        ("a [1].json_Files/sub/other.json", "{"),
        ("a [1].json_Files/picture.png", "x"),
        ("mine_Files/b.json", &second),
    ];
    let directory = directory(&files);
    let path = directory.path().join("export.zip");
    fs::write(&path, zip(&files)).unwrap();
    for input_path in [directory.path(), &path] {
        let report = check(&input(input_path, export("discord"))).unwrap();
        assert_eq!(
            (report.rows, report.problems_total, report.attachments),
            (2, 0, 2)
        );
    }
}

#[test]
fn a_tar_archive_and_bson_say_what_to_do_with_them() {
    let mut tar = b"export/channels.json".to_vec();
    tar.resize(257, 0);
    tar.extend_from_slice(b"ustar  \0root");
    tar.resize(512, 0);
    let bson = b"\x16\0\0\0\x02_id\0\x08\0\0\0GENERAL\0\0".to_vec();
    let packed = gzip(str::from_utf8(&tar).unwrap());
    for (bytes, what) in [
        (tar, "it is a tar archive: unpack it"),
        (packed, "it is a tar archive"),
        (bson, "it is BSON: export it as JSON"),
    ] {
        let input = Input::bytes(bytes, export("rocketchat"), settings());
        let error = check(&input).unwrap_err();
        let why = std::error::Error::source(&error).unwrap().to_string();
        assert!(why.starts_with(what), "{why}");
    }
}

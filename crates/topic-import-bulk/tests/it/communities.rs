//! Communities that a run makes itself, against an emulator in which no other exists.

use std::future;
use std::sync::Arc;

use topic_import_bulk::calls::{CallSettings, StopReason, WorkProgress};
use topic_import_bulk::check::{CheckReport, CheckSettings};
use topic_import_bulk::import::RowFailure;
use topic_import_bulk::input::{
    Communities, CommunitiesFormat, Format, Groups, Input, Mappings, RowSettings,
};
use topic_import_bulk::journal::{Journal as _, Order, Role, RowPlace, Summary};
use topic_import_bulk::request::{Kind, RowId};
use topic_import_bulk::sweep::{Finding, LeftReason};
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::{Code, GroupDraft, TopicDraft};
use topic_import_emulator::{Builder, Command, Emulator};

use crate::journal::kept::record;
#[cfg(feature = "postgres")]
use crate::postgres::Run;
use crate::support::{JournalFile, Place, Ran, Trial, claim, jsonl_input, lines, read_rows, wait};

fn strict() -> Builder {
    Emulator::builder().only_listed_communities()
}

fn group(number: usize) -> String {
    format!("@TGS#_{number}")
}

fn topic(group_number: usize, custom: usize) -> String {
    let group = group(group_number);
    format!(
        r#"{{"GroupId":"{group}","TopicId":"{group}@TOPIC#_{custom}","TopicName":"topic {custom}"}}"#
    )
}

/// So many communities with so many topics each.
fn input(communities: usize, topics: usize) -> Input {
    let own = (1..=communities).map(|number| {
        let group = group(number);
        format!(r#"{{"GroupId":"{group}","Name":"community {number}","CreateTime":1448357837}}"#)
    });
    let rows =
        (1..=communities).flat_map(|number| (1..=topics).map(move |custom| topic(number, custom)));
    of(&lines(rows), &lines(own))
}

fn of(rows: &str, communities: &str) -> Input {
    let communities =
        Communities::read(communities.as_bytes(), CommunitiesFormat::Jsonl, false).unwrap();
    jsonl_input(rows).with_communities(communities)
}

fn of_communities(summary: &Summary) -> Vec<(&'static str, u64)> {
    let counts = summary.communities.counts().into_iter();
    let counts = counts.filter(|(_, count)| *count > 0);
    counts
        .map(|(outcome, count)| (outcome.name(), count))
        .collect()
}

fn load<P: Place>(input: &Input) -> (P, P::Journal) {
    let place = P::new();
    let journal = place.load(input, topic_import_bulk::check::TopicIds::Derived);
    (place, journal)
}

/// Every community was asked for before the first topic was.
fn assert_in_order(trial: &Trial) {
    let calls = trial.emulator.state().calls();
    let first_topic = calls
        .iter()
        .position(|call| call.command == Some(Command::ImportTopic))
        .unwrap();
    let after = &calls[first_topic..];
    assert!(
        after
            .iter()
            .all(|call| call.command != Some(Command::ImportGroup))
    );
}

fn communities_are_there_before_their_topics<P: Place>() {
    let trial = Trial::of(strict());
    let (_place, journal) = load::<P>(&input(5, 12));
    let ran = trial.run(&journal);
    assert!(ran.end.summary.is_complete(), "{:?}", ran.end);
    assert_eq!(of_communities(&ran.end.summary), [("imported", 5)]);
    assert_eq!(ran.counts(), [("imported", 60)]);
    assert_in_order(&trial);
    let found = trial.emulator.state().group(&group(3)).unwrap();
    assert_eq!(
        (&*found.name, found.create_time),
        ("community 3", 1_448_357_837)
    );

    // The same once more has nothing to do.
    let calls = trial.calls();
    assert!(trial.run(&journal).end.summary.is_complete());
    assert_eq!(trial.calls(), calls);
}

fn a_refused_community_holds_its_topics_until_it_is_tried_again<P: Place>() {
    let trial = Trial::of(strict().faults("code10004@1".parse().unwrap())).one_at_a_time();
    let (place, journal) = load::<P>(&input(2, 3));
    let ran = trial.run(&journal);
    assert_eq!(
        of_communities(&ran.end.summary),
        [("imported", 1), ("rejected", 1)]
    );
    assert_eq!(ran.counts(), [("imported", 3), ("held", 3)]);
    let blocked: Vec<_> = ran.end.blocked_groups.iter().collect();
    assert_eq!((blocked.len(), blocked[0].rows), (1, 3));
    assert_eq!(blocked[0].group_id.as_str(), group(1));
    assert_eq!(ran.failures.len(), 1);
    assert_eq!(ran.end.summary.by_code.len(), 0);
    let held = wait(read_rows(&journal, &[Outcome::Held], Order::Input));
    assert!(held[0].cause.words().contains("community"), "{held:?}");

    // Nobody asks for its topics, however often the run goes on.
    let calls = trial.calls();
    drop(journal);
    let journal = place.open();
    let again = trial.run(&journal);
    assert_eq!(again.counts(), [("imported", 3), ("held", 3)]);
    assert_eq!(trial.calls(), calls);

    let mut trial = trial;
    trial.settings.retry = vec![Retry::Rejected];
    let last = trial.run(&journal);
    assert!(last.end.summary.is_complete(), "{:?}", last.end);
}

fn a_days_limit_stops_the_run_and_the_next_day_it_goes_on<P: Place>() {
    let trial = Trial::of(strict().faults("code10006@2-4".parse().unwrap())).one_at_a_time();
    let (_place, journal) = load::<P>(&input(4, 2));
    let ran = trial.run(&journal);
    let Some(StopReason::EveryCallFails(error)) = &ran.end.stopped else {
        panic!("{:?}", ran.end);
    };
    assert_eq!(error.code().map(Code::get), Some(10006));
    assert_eq!(
        of_communities(&ran.end.summary),
        [("imported", 1), ("held", 1), ("pending", 2)]
    );
    assert_eq!(ran.counts(), [("pending", 8)]);
    assert_eq!(trial.calls(), 4);
    let ran = trial.run(&journal);
    assert!(ran.end.summary.is_complete(), "{:?}", ran.end);
    assert_in_order(&trial);
}

fn a_community_that_is_there_is_existing_or_in_conflict<P: Place>() {
    let trial = Trial::of(strict());
    let there = Communities::read(
        r#"{"GroupId":"@TGS#_1","Name":"community 1","CreateTime":1448357837}
           {"GroupId":"@TGS#_2","Name":"another","CreateTime":1448357837}"#
            .as_bytes(),
        CommunitiesFormat::Jsonl,
        false,
    );
    for row in there.unwrap().rows() {
        let request = row.community.as_ref().unwrap().request().clone();
        wait(trial.client().execute(request)).unwrap();
    }
    let (_place, journal) = load::<P>(&input(3, 2));
    let ran = trial.run(&journal);
    assert_eq!(
        of_communities(&ran.end.summary),
        [("imported", 1), ("existing", 1), ("conflict", 1)]
    );
    assert_eq!(ran.counts(), [("imported", 4), ("held", 2)]);
    assert!(ran.failures[0].2.contains("Name"), "{:?}", ran.failures);
    assert!(!ran.end.summary.is_complete());
}

fn a_run_that_dies_among_its_communities_makes_each_once<P: Place>() {
    let faults = "seed=7,lost=0.2,reset-after=0.1,http502-done=0.05"
        .parse()
        .unwrap();
    let trial = Trial::of(strict().faults(faults));
    let (mut place, mut journal) = load::<P>(&input(8, 6));
    for calls in [2, 4, 7, 12, 16, 20, 30] {
        if trial.calls() < calls {
            trial.run_and_die(&journal, trial.called_times(calls));
            place = place.killed(journal);
            journal = place.open();
        }
    }
    let ran = trial.run(&journal);
    assert!(ran.end.summary.is_complete(), "{:?}", ran.end);
    assert_eq!(trial.emulator.state().groups_len(), 8);
    assert_eq!(trial.emulator.state().topics_len(), 48);
    assert_in_order(&trial);
}

fn what_was_made_is_verified_and_undone_and_nothing_else_is<P: Place>() {
    let trial = Trial::of(strict());
    let (_place, journal) = load::<P>(&input(3, 2));
    assert!(trial.run(&journal).end.summary.is_complete());
    let client = trial.client();
    let settings = CallSettings::default();
    let verify = || {
        let progress = Arc::new(WorkProgress::default());
        let mut findings = Vec::new();
        let verified = wait(topic_import_bulk::sweep::verify(
            &client,
            &journal,
            &settings,
            &progress,
            future::pending(),
            |finding| {
                let what = match finding.finding {
                    Finding::Missing => "missing".to_owned(),
                    Finding::Differing(differences) => differences[0].to_string(),
                    _ => format!("{finding:?}"),
                };
                findings.push((finding.id.kind(), finding.id.as_str().to_owned(), what));
            },
        ));
        (verified.unwrap(), findings)
    };
    let (verified, findings) = verify();
    assert!(
        verified.is_all_equal() && findings.is_empty(),
        "{findings:?}"
    );
    assert_eq!((verified.communities.equal, verified.topics.equal), (3, 6));

    // Somebody puts a topic of his own into one, and destroys another.
    let foreign = TopicDraft::new(group(1), "foreign").own_id("foreign");
    wait(client.execute(foreign.validate().unwrap())).unwrap();
    let gone = topic_import_core::GroupId::parse(group(2)).unwrap();
    wait(client.execute(topic_import_core::DestroyGroup::new(gone))).unwrap();
    let (verified, findings) = verify();
    assert_eq!(
        (verified.communities.missing, verified.topics.missing),
        (1, 2)
    );
    assert_eq!(
        findings[0],
        (Kind::Community, group(2), "missing".to_owned())
    );

    let progress = Arc::new(WorkProgress::default());
    let mut left = Vec::new();
    let undone = wait(topic_import_bulk::sweep::undo(
        &client,
        &journal,
        &settings,
        &progress,
        future::pending(),
        |row| {
            assert!(matches!(row.id, RowId::Community(_)), "{row:?}");
            assert!(matches!(row.reason, LeftReason::InUse(1)), "{row:?}");
            left.push((row.place.line, row.id.as_str().to_owned()));
        },
    ));
    let undone = undone.unwrap();
    assert_eq!((undone.destroyed, undone.left), (6, 0));
    assert_eq!(
        (undone.communities_destroyed, undone.communities_left),
        (2, 1)
    );
    assert_eq!(left, [(1, group(1))]);
    assert!(!undone.is_complete() && undone.stopped.is_none());
    assert_eq!(
        of_communities(&undone.summary),
        [("imported", 1), ("destroyed", 2)]
    );
    let state = trial.emulator.state();
    assert!(state.group(&group(3)).is_none() && state.group(&group(1)).is_some());
    assert_eq!(state.topics_len(), 1);

    // Once it is empty, it goes as well.
    let foreign = topic_import_core::KnownTopicId::parse(format!("{}@TOPIC#_foreign", group(1)));
    let id = topic_import_core::GroupId::parse(group(1)).unwrap();
    let destroy = topic_import_core::DestroyTopic::of(id, vec![foreign.unwrap()]).unwrap();
    wait(client.execute(destroy)).unwrap();
    let undone = wait(topic_import_bulk::sweep::undo(
        &client,
        &journal,
        &settings,
        &Arc::new(WorkProgress::default()),
        future::pending(),
        |row| panic!("{row:?}"),
    ));
    assert!(undone.unwrap().is_complete());
    assert_eq!(trial.emulator.state().groups_len(), 0);
}

fn topics_in_flight_are_settled_although_their_community_was_undone<P: Place>() {
    let trial = Trial::of(strict());
    let (place, journal) = load::<P>(&input(1, 2));
    let client = trial.client();
    let community = GroupDraft::new("community 1").group_id(group(1));
    wait(client.execute(community.validate().unwrap())).unwrap();
    wait(async {
        journal.begin(Role::Import(&[])).await.unwrap();
        let community = claim(&journal, 1).await;
        record(&journal, &[community[0].number], Outcome::Imported).await;
        assert_eq!(claim(&journal, 9).await.len(), 2);
    });
    let place = place.killed(journal);
    let journal = place.open();
    let undo = || {
        let undone = wait(topic_import_bulk::sweep::undo(
            &client,
            &journal,
            &CallSettings::default(),
            &Arc::new(WorkProgress::default()),
            future::pending(),
            |row| panic!("{row:?}"),
        ));
        undone.unwrap()
    };
    let undone = undo();
    assert_eq!(
        (undone.communities_destroyed, undone.summary.in_flight),
        (1, 2)
    );
    assert!(!undone.is_complete());
    let ran = trial.run(&journal);
    assert_eq!(ran.counts(), [("held", 2)]);
    assert_eq!(trial.emulator.state().topics_len(), 0);
    assert!(undo().is_complete());
}

fn rows_of_several_files_name_theirs_and_communities_that_of_their_first_topic<P: Place>() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, rows: &[String]| {
        let path = directory.path().join(name);
        std::fs::write(&path, lines(rows.to_vec())).unwrap();
        path
    };
    let files = [
        file("a", &[topic(1, 1), topic(2, 2)]),
        file("none", &[]),
        file("b", &[topic(1, 3), topic(3, 4)]),
    ];
    let listed = format!(r#"{{"GroupId":"{}","Name":"listed"}}"#, group(1));
    let listed = Communities::read(listed.as_bytes(), CommunitiesFormat::Jsonl, false).unwrap();
    let input = Input::files(files, Format::Jsonl, RowSettings::default())
        .with_communities(listed)
        .creating_communities();
    let (_place, journal) = load::<P>(&input);
    let short = |place: &RowPlace| match &place.file {
        Some(path) => format!("{}:{}", path.rsplit('/').next().unwrap(), place.line),
        None => place.line.to_string(),
    };
    let stored = wait(read_rows(&journal, &Outcome::ALL, Order::Input));
    let stored: Vec<String> = stored.iter().map(|row| short(&row.place)).collect();
    assert_eq!(stored, ["1", "a:2", "b:2", "a:1", "a:2", "b:1", "b:2"]);
    wait(async {
        journal.begin(Role::Import(&[])).await.unwrap();
        let communities = claim(&journal, 9).await;
        let numbers: Vec<i64> = communities.iter().map(|row| row.number).collect();
        record(&journal, &numbers, Outcome::Imported).await;
        let topics = claim(&journal, 9).await;
        let claimed = communities.iter().chain(&topics);
        let claimed: Vec<String> = claimed.map(|row| short(&row.place)).collect();
        assert_eq!(claimed, stored);
    });
}

macro_rules! in_each_place {
    ($($test:ident)*) => {
        mod in_a_file {
            $(
                #[test]
                fn $test() {
                    super::$test::<super::JournalFile>();
                }
            )*
        }
        #[cfg(feature = "postgres")]
        mod in_a_database {
            $(
                #[test]
                fn $test() {
                    super::$test::<super::Run>();
                }
            )*
        }
    };
}

in_each_place! {
    communities_are_there_before_their_topics
    a_refused_community_holds_its_topics_until_it_is_tried_again
    a_days_limit_stops_the_run_and_the_next_day_it_goes_on
    a_community_that_is_there_is_existing_or_in_conflict
    a_run_that_dies_among_its_communities_makes_each_once
    what_was_made_is_verified_and_undone_and_nothing_else_is
    topics_in_flight_are_settled_although_their_community_was_undone
    rows_of_several_files_name_theirs_and_communities_that_of_their_first_topic
}

fn read(format: CommunitiesFormat, text: &str) -> Communities {
    Communities::read(text.as_bytes(), format, false).unwrap()
}

fn problems(communities: &Communities) -> Vec<String> {
    let of_rows = communities.rows().iter();
    let of_rows = of_rows
        .filter_map(|row| row.community.as_ref().err())
        .flatten();
    let all = communities.header_problems().iter().chain(of_rows);
    all.map(ToString::to_string).collect()
}

#[test]
fn every_field_of_import_group_is_read_from_jsonl_and_csv() {
    let jsonl = r#"{"Type":"Community","GroupId":"@TGS#_a","Name":"A","SupportTopic":1,"Owner_Account":"o","Introduction":"i","Notification":"n","FaceUrl":"f","MaxMemberCount":7,"AppDefinedData":[{"Key":"k","Value":"v"}],"CreateTime":"2015-11-24T09:37:17Z","FaceUrl":null}"#;
    // A key twice is a problem even where it says nothing the second time.
    assert_eq!(
        problems(&read(CommunitiesFormat::Jsonl, jsonl)),
        ["1: FaceUrl: is given twice: keep one"]
    );
    let jsonl = jsonl.replace(r#","FaceUrl":null"#, "");
    let csv = "Type,GroupId,Name,SupportTopic,Owner_Account,Introduction,Notification,FaceUrl,MaxMemberCount,AppDefinedData,CreateTime\n\
               Community,@TGS#_a,A,1,o,i,n,f,7,\"[{\"\"Key\"\":\"\"k\"\",\"\"Value\"\":\"\"v\"\"}]\",1448357837\n";
    let expected = GroupDraft::new("A")
        .group_id("@TGS#_a")
        .owner_account("o")
        .introduction("i")
        .notification("n")
        .face_url("f")
        .max_member_count(7_i64)
        .app_defined("k", "v")
        .created_at(1_448_357_837_i64)
        .validate()
        .unwrap();
    for (format, text) in [
        (CommunitiesFormat::Jsonl, &*jsonl),
        (CommunitiesFormat::Csv, csv),
    ] {
        let communities = read(format, text);
        let found = communities.rows()[0].community.as_ref().unwrap();
        assert_eq!(**found.request(), expected);
    }
}

#[test]
fn every_problem_of_a_community_is_told_with_its_line() {
    let text = r#"{"GroupId":"riverside","Name":"一二三四五六七八九十!","CreateTime":"yesterday","Owner":"x"}
{"Name":7,"MaxMemberCount":"many","AppDefinedData":{"k":"v"}}

{"GroupId":"@TGS#_a","Name":"a"}
{"GroupId":"@TGS#_a","Name":"b"}
[]
"#;
    let communities = read(CommunitiesFormat::Jsonl, text);
    let problems = problems(&communities);
    let starts = [
        "1: Owner: is no field of import_group",
        "1: CreateTime: is \"yesterday\"",
        "1: GroupId: is \"riverside\"",
        "1: Name: is 31 bytes long",
        "2: Name: is a number: it must be text",
        "2: MaxMemberCount: is text: it must be an integer",
        "2: AppDefinedData: is an object: it must be a list of",
        "2: GroupId: is missing: topics name their community by it",
        "5: GroupId: is the same as in line 4: every community needs an ID of its own",
        "6: is no JSON object",
    ];
    for start in starts {
        let is_told = problems.iter().any(|problem| problem.starts_with(start));
        assert!(is_told, "{start}: {problems:#?}");
    }
    assert_eq!(problems.len(), starts.len(), "{problems:#?}");
    assert_eq!(communities.rows().len(), 5);
}

#[test]
fn a_bad_header_of_communities_spoils_them_all() {
    let communities = read(CommunitiesFormat::Csv, "GroupId,Nmae\n@TGS#_a,A\n");
    let input = jsonl_input(&topic(1, 1)).with_communities(communities);
    let report = topic_import_bulk::check::check(&input).unwrap();
    assert!(report.is_unreliable() && report.has_problems());
    let own = report.own_communities.unwrap();
    assert_eq!(
        own.problems[0].to_string(),
        "1: Nmae: is no field of import_group: did you mean `Name`?"
    );
    assert_eq!(
        (report.rows, report.invalid, own.rows, own.invalid),
        (1, 0, 1, 1)
    );
}

#[test]
fn names_that_are_too_long_are_shortened_as_those_of_topics() {
    let name = "x".repeat(31);
    let text = format!(r#"{{"GroupId":"@TGS#_a","Name":"{name}"}}"#);
    let communities = Communities::read(text.as_bytes(), CommunitiesFormat::Jsonl, true).unwrap();
    let row = &communities.rows()[0];
    let request = row.community.as_ref().unwrap().request();
    assert_eq!(request.name.as_str(), "x".repeat(27) + "…");
    assert_eq!(request.introduction.as_ref().unwrap().as_str(), name);
    assert_eq!(row.shortened.len(), 1);
}

fn checked(rows: &str, communities: &str) -> CheckReport {
    topic_import_bulk::check::check(&of(rows, communities)).unwrap()
}

#[test]
fn a_community_must_not_be_younger_than_its_topics() {
    let topic =
        |time: &str| format!(r#"{{"GroupId":"@TGS#_1","TopicName":"{time}","CreateTime":{time}}}"#);
    let rows = lines([topic("20"), topic("10"), topic("15")]);
    let own = |time: &str| format!(r#"{{"GroupId":"@TGS#_1","Name":"a"{time}}}"#);
    for time in ["", r#","CreateTime":10"#] {
        let report = checked(&rows, &own(time));
        assert!(!report.has_problems());
        assert_eq!(report.own_communities.unwrap().rows, 1);
    }
    let report = checked(&rows, &own(r#","CreateTime":11"#));
    let own = report.own_communities.unwrap();
    assert_eq!((own.invalid, own.problems.len(), report.invalid), (1, 1, 0));
    assert_eq!(
        own.problems[0].to_string(),
        "1: CreateTime: is 11, later than 10 of its topic in line 2: \
         a topic must not be older than its community"
    );
}

#[test]
fn a_topic_may_name_a_community_that_the_run_does_not_make() {
    assert!(!checked(&topic(9, 1), r#"{"GroupId":"@TGS#_1","Name":"a"}"#).has_problems());
}

#[test]
fn invalid_communities_are_rejected_where_they_are_skipped() {
    let rows = lines([topic(1, 1), topic(2, 1)]);
    let own = lines([
        r#"{"GroupId":"@TGS#_1","Name":"a"}"#.to_owned(),
        r#"{"GroupId":"@TGS#_2"}"#.to_owned(),
    ]);
    let trial = Trial::of(strict());
    let (_place, journal) = load::<JournalFile>(&of(&rows, &own));
    let ran: Ran = trial.run(&journal);
    assert_eq!(
        of_communities(&ran.end.summary),
        [("imported", 1), ("rejected", 1)]
    );
    assert_eq!(ran.counts(), [("imported", 1), ("held", 1)]);
}

#[test]
fn a_run_belongs_to_its_communities() {
    let identity = |input: &Input| {
        crate::support::identity(
            input,
            topic_import_bulk::check::check(input).unwrap().fingerprint,
            &topic_import_bulk::check::CheckSettings::default(),
        )
    };
    let own = r#"{"GroupId":"@TGS#_1","Name":"a"}"#;
    let (_place, journal) = load::<JournalFile>(&of(&topic(1, 1), own));
    wait(journal.belongs_to(&identity(&of(&topic(1, 1), own)))).unwrap();
    let others = [
        (
            of(&topic(1, 1), &own.replace("\"a\"", "\"b\"")),
            "the list of communities has changed",
        ),
        (
            jsonl_input(&topic(1, 1)),
            "the list of communities was given, and is not now",
        ),
    ];
    for (other, expected) in others {
        let error = wait(journal.belongs_to(&identity(&other))).unwrap_err();
        let told = error.to_string();
        assert!(told.contains(expected), "{told}");
    }
}

#[cfg(feature = "postgres")]
#[test]
fn topics_wait_for_communities_of_whoever_works_on_them() {
    let (run, first) = load::<Run>(&input(2, 2));
    let second = Place::open(&run);
    wait(async {
        first.begin(Role::Import(&[])).await.unwrap();
        second.begin(Role::Join).await.unwrap();
        let [one, other] = [
            first.claim(1).await.unwrap(),
            second.claim(1).await.unwrap(),
        ];
        let both = one.rows.iter().chain(&other.rows);
        let mut numbers: Vec<i64> = both.map(|row| row.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [-2, -1]);
        record(&first, &[one.rows[0].number], Outcome::Imported).await;
        // The other has one in flight, and gives it back.
        assert!(first.claim(9).await.unwrap().rows.is_empty());
        record(&second, &[other.rows[0].number], Outcome::Pending).await;
        assert!(first.claim(9).await.unwrap().rows.is_empty());
        second.leave().await.unwrap();
        let taken = first.claim(9).await.unwrap().rows;
        assert_eq!(taken[0].number, other.rows[0].number);
        record(&first, &[taken[0].number], Outcome::Imported).await;
        assert_eq!(first.claim(9).await.unwrap().rows.len(), 4);
    });
}

#[test]
fn a_failure_names_the_community() {
    let trial = Trial::of(strict().faults("code10004@1".parse().unwrap())).one_at_a_time();
    let (_place, journal) = load::<JournalFile>(&input(1, 1));
    let mut told = Vec::new();
    let progress = Arc::new(WorkProgress::default());
    let client = trial.client();
    let run = topic_import_bulk::import::import(
        &client,
        &journal,
        &trial.settings,
        &progress,
        future::pending(),
        |failure: &RowFailure| {
            let request = &failure.request;
            told.push((
                request.kind(),
                request.name().to_owned(),
                failure.place.line,
            ));
        },
    );
    wait(run).unwrap();
    assert_eq!(told, [(Kind::Community, "community 1".to_owned(), 1)]);
}

/// Rows of teams, and what a list says of the communities that these become.
fn creating(rows: &str, groups: &str, fit: bool) -> Input {
    let mut settings = RowSettings::default();
    let mappings = ["GroupId=.team", "TopicName=.name", "CreateTime=.at"];
    let mappings = mappings.map(|mapping| mapping.parse().unwrap());
    settings.mappings = Mappings::new(mappings).unwrap();
    settings.groups = Some(Groups::read(groups.as_bytes()).unwrap());
    settings.fit = fit;
    Input::bytes(rows.as_bytes(), Format::Jsonl, settings).creating_communities()
}

#[test]
fn an_export_says_what_its_community_is_called_and_when_it_was_made() {
    let guild = r#"{"id":"175928847299117063","name":"Riverside","channels":[
        {"id":"700000000000000292","type":0,"name":"boats"}]}"#;
    let mut settings = RowSettings::default();
    settings.group_id = Some("@TGS#_n".parse().unwrap());
    let discord = topic_import_bulk::input::Export::named("discord").unwrap();
    let input = Input::bytes(guild.as_bytes(), Format::Export(discord), settings);
    let report = topic_import_bulk::check::check(&input.creating_communities()).unwrap();
    assert!(!report.has_problems(), "{report:?}");
    let own = report.own_communities.unwrap();
    let [made] = &*own.made else {
        panic!("{own:?}");
    };
    assert_eq!(
        (made.group_id.as_str(), &*made.name, made.create_time),
        ("@TGS#_n", "Riverside", Some(1_462_015_105))
    );
}

const TEAMS: &str = r#"{"team":"North","name":"a","at":20}
{"team":"South","name":"b","at":30}
{"team":"North","name":"c","at":10}
{"team":"East","name":"d"}
"#;

#[test]
fn communities_are_made_of_what_rows_belong_to_as_old_as_their_oldest_topic() {
    let groups = "source,GroupId\nNorth,@TGS#_n\nSouth,@TGS#_s\nEast,@TGS#_e\n";
    let input = creating(TEAMS, groups, false);
    let report = topic_import_bulk::check::check(&input).unwrap();
    assert!(!report.has_problems(), "{report:?}");
    assert!(report.communities.is_empty(), "nobody else makes any");
    let own = report.own_communities.unwrap();
    let made: Vec<_> = own
        .made
        .iter()
        .map(|made| (made.group_id.as_str(), &*made.name, made.create_time))
        .collect();
    assert_eq!(
        made,
        [
            ("@TGS#_n", "North", Some(10)),
            ("@TGS#_s", "South", Some(30)),
            ("@TGS#_e", "East", None),
        ]
    );
    let trial = Trial::of(strict()).deriving_topic_ids();
    let (_place, journal) = load::<JournalFile>(&input);
    let ran = trial.run(&journal);
    assert!(ran.end.summary.is_complete(), "{:?}", ran.end);
    let found = trial.emulator.state().group("@TGS#_n").unwrap();
    assert_eq!((&*found.name, found.create_time), ("North", 10));
}

#[test]
fn a_list_of_groups_says_what_its_communities_are() {
    let groups = "source,GroupId,Name,Introduction,CreateTime\n\
                  North,@TGS#_n,\"The, north\",i,5\nSouth,@TGS#_n,,,\nEast,@TGS#_e,,,\n";
    let report = topic_import_bulk::check::check(&creating(TEAMS, groups, false)).unwrap();
    assert!(!report.has_problems(), "{report:?}");
    let made = report.own_communities.unwrap().made;
    let north = (&*made[0].name, made[0].create_time);
    assert_eq!((made.len(), north), (2, ("The, north", Some(5))));

    // What it says holds, and is a problem where it cannot.
    let young = groups.replace(",i,5", ",i,11");
    let report = topic_import_bulk::check::check(&creating(TEAMS, &young, false)).unwrap();
    let own = report.own_communities.unwrap();
    let problem = own.problems[0].to_string();
    let told = "1: CreateTime: is 11, later than 10 of its topic in line 3: ";
    assert!(problem.starts_with(told), "{problem}");
}

#[test]
fn a_community_that_nobody_names_is_called_after_its_id_and_long_names_are_shortened_on_request() {
    let unnamed = jsonl_input(&topic(1, 1)).creating_communities();
    let report = topic_import_bulk::check::check(&unnamed).unwrap();
    let made = report.own_communities.unwrap().made;
    assert_eq!((&*made[0].name, made[0].is_named_by_id), ("1", true));

    let long = "x".repeat(31);
    let rows = format!(r#"{{"team":"{long}","name":"a"}}"#);
    let groups = format!("source,GroupId\n{long},@TGS#_a\n");
    let report = topic_import_bulk::check::check(&creating(&rows, &groups, false)).unwrap();
    let own = report.own_communities.unwrap();
    assert_eq!((own.invalid, own.made.len()), (1, 0));
    let problem = own.problems[0].to_string();
    assert!(
        problem.starts_with("1: Name: is 31 bytes long"),
        "{problem}"
    );
    let report = topic_import_bulk::check::check(&creating(&rows, &groups, true)).unwrap();
    assert_eq!(
        report.own_communities.unwrap().made[0].name,
        "x".repeat(27) + "…"
    );
}

/// So many topics of each of these communities, spread over further ones by tens.
fn spread(input: &Input) -> (CheckReport, CheckSettings) {
    let mut settings = CheckSettings::default();
    settings.topics_per_community = std::num::NonZeroU64::new(10).unwrap();
    settings.spread = Some(topic_import_bulk::check::Spread::default());
    let report = topic_import_bulk::check::check_each(input, &settings, |_| {}).unwrap();
    (report, settings)
}

#[test]
fn further_communities_are_made_like_the_first() {
    let name = "x".repeat(29);
    let own =
        format!(r#"{{"GroupId":"@TGS#_1","Name":"{name}","CreateTime":7,"Introduction":"i"}}"#);
    let rows = lines((0..25).map(|custom| topic(1, custom)));
    let input = of(&rows, &own);
    let (report, settings) = spread(&input);
    assert!(!report.has_problems(), "{report:?}");
    assert!(report.communities.is_empty(), "{:?}", report.communities);
    let made = report.own_communities.unwrap();
    assert_eq!(made.rows, 3);
    let short = "x".repeat(25) + "…";
    let names: Vec<_> = made
        .made
        .iter()
        .map(|made| (made.group_id.as_str(), &*made.name))
        .collect();
    let expected = [format!("{short} 2"), format!("{short} 3")];
    assert_eq!(
        names,
        [("@TGS#_1-2", &*expected[0]), ("@TGS#_1-3", &*expected[1])]
    );

    let trial = Trial::of(strict());
    let file = JournalFile::new();
    let loading = topic_import_bulk::journal::SqliteJournal::create(&file.path()).unwrap();
    let loaded = topic_import_bulk::load::load(loading, &input, &settings, |_| {});
    let (report, loading) = loaded.unwrap();
    let identity = crate::support::identity(&input, report.fingerprint, &settings);
    let journal = topic_import_bulk::journal::Loading::finish(loading.unwrap(), &identity);
    let ran = trial.run(&journal.unwrap());
    assert!(ran.end.summary.is_complete(), "{:?}", ran.end);
    let found = trial.emulator.state().group("@TGS#_1-3").unwrap();
    assert_eq!(
        (found.introduction.as_deref(), found.create_time),
        (Some("i"), 7)
    );
}

#[test]
fn a_further_community_that_is_listed_is_as_the_list_says() {
    let own = lines([
        r#"{"GroupId":"@TGS#_1","Name":"a"}"#.to_owned(),
        r#"{"GroupId":"@TGS#_1-2","Name":"b"}"#.to_owned(),
    ]);
    let rows = lines((0..15).map(|custom| topic(1, custom)));
    let (report, _) = spread(&of(&rows, &own));
    let own = report.own_communities.unwrap();
    assert_eq!((own.rows, own.made.len()), (2, 0));
}

//! A database in which somebody else may create functions and operators, and looks for a worker to run them.

use std::num::NonZeroU32;

use topic_import_async::Quota as _;
use topic_import_bulk::input::InputRow;
use topic_import_bulk::journal::{Cause, Hold, Identity, Journal as _, Order, Pages as _, Role};
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::{Command, SdkAppId, Service};
use topic_import_shared_quota::Database;
use topic_import_shared_quota::PostgresQuota;
use topic_import_test_postgres as postgres;

use super::Run;
use crate::journal::kept::{invalid, record, sound_rows};
use crate::support::{claim, wait};

/// What they do is done by whoever calls them. All of it is found before PostgreSQL's own.
const PLANTED: &str = "
    CREATE ROLE mallory;
    GRANT CREATE, USAGE ON SCHEMA public TO mallory;
    CREATE TABLE public.ran (what text);
    GRANT INSERT ON public.ran TO PUBLIC;
    SET ROLE mallory;
    CREATE FUNCTION public.take_over(what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
        INSERT INTO public.ran VALUES (what);
        ALTER ROLE mallory SUPERUSER;
    EXCEPTION WHEN insufficient_privilege OR read_only_sql_transaction THEN
    END $$;
    CREATE FUNCTION public.unnest(bigint[]) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('unnest'); RETURN QUERY SELECT pg_catalog.unnest($1); END $$;
    CREATE FUNCTION public.unnest(text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('unnest'); RETURN QUERY SELECT pg_catalog.unnest($1); END $$;
    CREATE FUNCTION public.cardinality(bigint[]) RETURNS integer LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('cardinality'); RETURN pg_catalog.cardinality($1); END $$;
    CREATE FUNCTION public.gather(bigint[], bigint) RETURNS bigint[] LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('array_agg'); RETURN pg_catalog.array_append($1, $2); END $$;
    CREATE AGGREGATE public.array_agg(bigint) (SFUNC = public.gather, STYPE = bigint[]);
    CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('clock_timestamp'); RETURN pg_catalog.clock_timestamp(); END $$;
    CREATE FUNCTION public.current_setting(text) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('current_setting'); RETURN pg_catalog.current_setting($1); END $$;
    CREATE FUNCTION public.same(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('='); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
    CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = public.same);
    CREATE FUNCTION public.same(text, text) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN PERFORM public.take_over('='); RETURN $1 OPERATOR(pg_catalog.=) $2; END $$;
    CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.same);
    RESET ROLE;
    DO $$ BEGIN EXECUTE pg_catalog.format(
        'ALTER DATABASE %I SET search_path = public, pg_catalog', pg_catalog.current_database()); END $$;";

#[test]
fn nothing_that_others_plant_is_run_by_a_worker() {
    let run = Run::on(postgres::server());
    run.sql(PLANTED);
    let mut rows: Vec<InputRow> = sound_rows(5);
    rows.push(invalid(6));
    run.load_rows(&rows);
    wait(async {
        let journal = Run::open(&run).await;
        journal.begin(Role::Import(&Retry::ALL)).await.unwrap();
        assert_eq!(claim(&journal, 2).await.len(), 2);
        record(&journal, &[1], Outcome::Imported).await;
        record(&journal, &[2], Outcome::Held).await;
        journal.hold(Hold::new(None, 1, Cause::new("why")));
        let other = Run::open(&run).await;
        other.begin(Role::Join).await.unwrap();
        assert_eq!(claim(&other, 2).await.len(), 2);
        other.leave().await.unwrap();
        // Rows from the queue as well.
        assert_eq!(claim(&journal, 2).await.len(), 2);
        journal.leave().await.unwrap();
        for order in [Order::Input, Order::Group] {
            let mut pages = journal.rows(&Outcome::ALL, order).await.unwrap();
            assert!(!pages.next_page().await.unwrap().is_empty());
        }
        assert_eq!(journal.summary().await.unwrap().rows, 6);
        journal.course().await.unwrap();
        journal.communities(9).await.unwrap();
        let another = Identity::of_target(SdkAppId::new(1), "http://localhost", Service::default());
        journal.belongs_to(&another).await.unwrap_err();
        journal.begin(Role::Undo).await.unwrap();
        record(&journal, &[1], Outcome::Destroyed).await;
        journal.leave().await.unwrap();

        let database = Database::parse(&run.kept_in().socket_url()).unwrap();
        let one = NonZeroU32::new(100).unwrap();
        let quota = PostgresQuota::connect(&database, SdkAppId::new(1), "o", one)
            .await
            .unwrap();
        let command = Command::new("c");
        quota.slot(command).await.unwrap();
        quota.throttled(command);
        quota.slot(command).await.unwrap();
    });
    // Functions that somebody calls by hand, with a path of his own.
    run.sql(
        "SELECT topic_import.enqueue(1, '{1}'); SELECT topic_import.take_over(1, NULL); \
         SELECT topic_import.forget('run')",
    );
    assert_eq!(run.sql("SELECT DISTINCT what FROM public.ran"), "");
    assert_eq!(
        run.sql("SELECT rolsuper FROM pg_roles WHERE rolname::name ~ '^mallory$'"),
        "f"
    );
}

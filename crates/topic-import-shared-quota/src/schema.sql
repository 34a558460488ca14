-- The quotas that processes share. Each row hands out the slots for one command of an app at an endpoint.
CREATE TABLE topic_import.quota (
    sdk_app_id bigint NOT NULL,
    origin text NOT NULL,
    command text NOT NULL,
    -- The next slot, by the database's clock. The last slots were handed out at `read_at`: from `first` up to this one.
    due timestamptz NOT NULL DEFAULT clock_timestamp(),
    first timestamptz NOT NULL DEFAULT clock_timestamp(),
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When the service last said that calls were too frequent, which share of the full rate was left after that, and by
    -- which fraction (1/back_off) the rate was reduced.
    throttled_at timestamptz NOT NULL DEFAULT 'epoch',
    share double precision NOT NULL DEFAULT 1,
    back_off integer NOT NULL DEFAULT 1,
    PRIMARY KEY (sdk_app_id, origin, command)
)
-- Leaves room for new versions of a row, which is updated many times a second.
WITH (fillfactor = 10);

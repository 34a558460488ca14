-- The quota of a command of an app, which all processes share. One row hands out the slots.
CREATE TABLE topic_import.quota (
    sdk_app_id bigint NOT NULL,
    origin text NOT NULL,
    command text NOT NULL,
    -- The next slot, by the database's clock; the last slots were handed out from `first` up to it, at `read_at`.
    due timestamptz NOT NULL DEFAULT clock_timestamp(),
    first timestamptz NOT NULL DEFAULT clock_timestamp(),
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- When the service last said that calls were too frequent, which share of the rate was left then, and that one
    -- part in `back_off` was taken off.
    throttled_at timestamptz NOT NULL DEFAULT 'epoch',
    share double precision NOT NULL DEFAULT 1,
    back_off integer NOT NULL DEFAULT 1,
    PRIMARY KEY (sdk_app_id, origin, command)
)
-- Room beside the row for its next version, many times a second.
WITH (fillfactor = 10);

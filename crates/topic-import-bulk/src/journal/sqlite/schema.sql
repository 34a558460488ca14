-- The identity of the run: an app at an endpoint, and an input.
CREATE TABLE identity (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- How many rows the input has. The table is empty until all of them are loaded.
CREATE TABLE loaded (
    rows        INTEGER NOT NULL, -- topics
    communities INTEGER NOT NULL, -- those that the run makes itself
    at          INTEGER NOT NULL  -- Unix milliseconds, like every `at`
);

-- The rows of the input. They never change after they are loaded.
CREATE TABLE input (
    number     INTEGER PRIMARY KEY, -- a topic's place in the input, from 1; communities stand before them, the last one at -1
    line       INTEGER NOT NULL,    -- where it begins
    request    TEXT,                -- what is sent, as JSON; NULL for an invalid row
    is_derived INTEGER NOT NULL,    -- 1: its TopicId was made from its content
    as_read    TEXT                 -- an invalid row, as JSON where it is some
);

-- Where the rows of each file begin, if the input is several files; otherwise empty.
CREATE TABLE file (
    first_number INTEGER PRIMARY KEY, -- of the first row; those that follow it, up to the next of these, are of the same file
    name         TEXT                 -- NULL: they are of none, as communities of a list are
);

-- The state of each row that was claimed or is invalid. All other rows are pending.
CREATE TABLE progress (
    number   INTEGER PRIMARY KEY REFERENCES input,
    state    TEXT NOT NULL, -- pending, in_flight, imported, existing, rejected, conflict, unknown, held, destroyed
    code     INTEGER,       -- ErrorCode
    said     TEXT,          -- what the service said beside the code (ErrorInfo)
    cause    TEXT,          -- why it is not there, where the code does not say it
    topic_id TEXT,          -- a topic's, where the service chose it
    at       INTEGER        -- since when
);

-- Each time the run was begun, continued or undone.
CREATE TABLE invocation (
    id        INTEGER PRIMARY KEY,
    began_by  TEXT,             -- who did so, and where; NULL if nobody said it
    began_at  INTEGER NOT NULL,
    at        INTEGER NOT NULL, -- its last sign of life
    calls     INTEGER NOT NULL DEFAULT 0,
    repeated  INTEGER NOT NULL DEFAULT 0,
    throttled INTEGER NOT NULL DEFAULT 0, -- those of the calls that the service refused as too frequent
    imports   INTEGER NOT NULL DEFAULT 0, -- those of the calls that were to import
    rate      INTEGER                     -- the quota these kept to, calls per second; NULL without one
);

-- How many importing calls ended in each period of ten seconds. Periods without such calls are left out.
CREATE TABLE pace (
    at    INTEGER PRIMARY KEY, -- when the ten seconds began
    calls INTEGER NOT NULL
);

-- How many importing calls took how long: from `micros` to where the next range begins
-- (0, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000, ...).
CREATE TABLE latency (
    micros INTEGER PRIMARY KEY,
    calls  INTEGER NOT NULL
);

-- For people: every row with its state.
CREATE VIEW report AS
SELECT input.number,
       (SELECT name FROM file WHERE first_number <= input.number ORDER BY first_number DESC LIMIT 1) AS file,
       input.line,
       iif(input.number < 0, 'community', 'topic') AS kind,
       coalesce(progress.state, 'pending') AS state,
       json_extract(input.request, '$.GroupId') AS GroupId,
       coalesce(progress.topic_id, json_extract(input.request, '$.TopicId')) AS TopicId,
       json_extract(input.request, '$.TopicName') AS TopicName,
       json_extract(input.request, '$.Name') AS Name,
       progress.code,
       progress.said,
       progress.cause,
       datetime(progress.at / 1000, 'unixepoch') AS since
FROM input LEFT JOIN progress USING (number);

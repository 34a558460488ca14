-- Hands out $4 slots. The first one is at least $5 seconds away, and at most a minute more, so that nobody waits longer
-- after the clock was set back. At the full rate, slots are $6 seconds apart. The rate takes $7 seconds to climb from
-- zero to the full rate.
UPDATE topic_import.quota AS quota
SET (read_at, first, due) = (
    SELECT
        clock.now,
        start.first,
        start.first + $4::integer * pace.seconds * interval '1 second'
    FROM
        -- The clock is read once, after the row was locked, because the statement may have waited for the lock.
        (SELECT clock_timestamp() AS now) AS clock,
        LATERAL (
            SELECT clock.now + $5::double precision * interval '1 second' AS earliest
        ) AS wait,
        LATERAL (
            SELECT least(greatest(quota.due, wait.earliest), wait.earliest + interval '1 minute') AS first
        ) AS start,
        LATERAL (
            SELECT
                $6::double precision / least(
                    quota.share
                    + greatest(extract(epoch FROM clock.now - quota.throttled_at)::double precision, 0)
                    / $7::double precision,
                    1
                ) AS seconds
        ) AS pace
)
WHERE sdk_app_id = $1 AND origin = $2 AND command = $3
RETURNING read_at, first, due

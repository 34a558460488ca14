-- Hands out $4 slots. The first one is $5 seconds off at least, and no more than a minute beyond that: a clock that
-- was set back stops nobody for longer. At the full rate a slot takes $6 seconds; the rate climbs from nothing to the
-- full one in $7 seconds.
UPDATE topic_import.quota AS quota
SET (read_at, first, due) = (
    SELECT
        clock.now,
        start.first,
        start.first + $4::integer * pace.seconds * interval '1 second'
    FROM
        -- Read once, after this transaction has locked the row: the statement may have waited for it.
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

-- Takes a share off the rate, once for calls that were throttled within $4 seconds: one part in $6, or within $5
-- seconds of the last time twice as much as then, up to one part in $7; never below one part in $8 of the full rate.
-- The rate climbs from nothing to the full one in $9 seconds.
UPDATE topic_import.quota AS quota
SET (throttled_at, back_off, share) = (
    SELECT
        clock.now,
        strength.back_off,
        greatest(climbed.share - climbed.share / strength.back_off, 1 / $8::double precision)
    FROM
        (SELECT clock_timestamp() AS now) AS clock,
        LATERAL (
            SELECT greatest(extract(epoch FROM clock.now - quota.throttled_at)::double precision, 0) AS seconds
        ) AS since,
        LATERAL (
            SELECT least(quota.share + since.seconds / $9::double precision, 1) AS share
        ) AS climbed,
        LATERAL (
            SELECT
                CASE
                    WHEN since.seconds < $5::double precision THEN greatest(quota.back_off / 2, $7::integer)
                    ELSE $6::integer
                END AS back_off
        ) AS strength
)
WHERE
    sdk_app_id = $1 AND origin = $2 AND command = $3
    AND clock_timestamp() >= quota.throttled_at + $4::double precision * interval '1 second'

-- Reduces the rate because calls were throttled, but only once for calls that were throttled within $4 seconds. It is
-- reduced by 1/$6 or, within $5 seconds of the last time, by twice the last fraction, up to 1/$7. It takes $8 seconds to
-- climb from zero to the full rate.
UPDATE topic_import.quota AS quota
SET (throttled_at, back_off, share) = (
    SELECT
        clock.now,
        strength.back_off,
        climbed.share - climbed.share / strength.back_off
    FROM
        (SELECT clock_timestamp() AS now) AS clock,
        LATERAL (
            SELECT greatest(extract(epoch FROM clock.now - quota.throttled_at)::double precision, 0) AS seconds
        ) AS since,
        LATERAL (
            SELECT least(quota.share + since.seconds / $8::double precision, 1) AS share
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

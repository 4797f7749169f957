// title: What happened in each month of the case?
// group: overview
// param since: time = 0 -- not before this time
// param before: time = 9007199254740991 -- only before this time
// param limit: integer = 500 -- at most so many rows
// column month: string -- month (UTC), as YYYY-MM
// column event: string -- type of the relationship
// column n: integer -- how many
// column n_records: integer -- how many records
// order: month, event
MATCH ()-[r]->()
WHERE r.at >= $since AND r.at < $before
WITH r, type(r) AS event
WITH r, event, r.at / 86400000 + 719468 AS z
WITH r, event, z / 146097 AS era, z % 146097 AS doe
WITH r, event, era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 AS yoe
WITH r, event, yoe + era * 400 AS y, (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153 AS mp
WITH r, event, toString(CASE WHEN mp < 10 THEN y ELSE y + 1 END) + '-'
     + right('0' + toString(CASE WHEN mp < 10 THEN mp + 3 ELSE mp - 9 END), 2) AS month
RETURN month, event, count(*) AS n, count(DISTINCT r.record_id) AS n_records
ORDER BY month, event
LIMIT $limit

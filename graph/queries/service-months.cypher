// title: How much money reached each service in each month?
// group: money
// param service: string = "" -- only this service; empty for all
// param limit: integer = 500 -- at most so many rows
// column month: string -- month (UTC), as YYYY-MM
// column service: string -- the service
// column n_cash_outs: integer -- how many cash-out points
// column value_sat: integer -- value in satoshi
// column n_addresses: integer -- how many addresses were paid
// order: month, service
MATCH (c:CashOutPoint)-[:PAID_INTO]->(s:Service)
WHERE c.at IS NOT NULL AND ($service = '' OR s.key = $service)
WITH DISTINCT c, s
WITH c, s, c.at / 86400000 + 719468 AS z
WITH c, s, z / 146097 AS era, z % 146097 AS doe
WITH c, s, era, doe, (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365 AS yoe
WITH c, s, yoe + era * 400 AS y, (5 * (doe - (365 * yoe + yoe / 4 - yoe / 100)) + 2) / 153 AS mp
WITH c, s, toString(CASE WHEN mp < 10 THEN y ELSE y + 1 END) + '-'
     + right('0' + toString(CASE WHEN mp < 10 THEN mp + 3 ELSE mp - 9 END), 2) AS month
RETURN month, s.key AS service, count(c) AS n_cash_outs, sum(c.value_sat) AS value_sat,
       count(DISTINCT c.address) AS n_addresses
ORDER BY month, service
LIMIT $limit

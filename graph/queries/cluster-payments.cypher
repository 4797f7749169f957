// title: Which wallet clusters paid each other?
// group: money
// param cluster: string = "" -- only this wallet cluster; empty for all
// param minimum_sat: integer = 0 -- only payments of at least so many satoshi
// param limit: integer = 200 -- at most so many rows
// column cluster_a: string -- wallet cluster that paid
// column cluster_b: string -- wallet cluster that was paid
// column n_payments: integer -- how many payments
// column value_sat: integer -- value in satoshi
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: value_sat descending, cluster_a, cluster_b
MATCH (c:Cluster)<-[:MEMBER_OF]-(x:Address)-[r:PAID]->(y:Address)-[:MEMBER_OF]->(d:Cluster)
WHERE c.key <> d.key AND r.value_sat >= $minimum_sat
  AND ($cluster = '' OR c.key = $cluster OR d.key = $cluster)
WITH c, d, r.txid AS txid, r.vout AS vout, max(r.value_sat) AS sat, min(r.at) AS at
RETURN c.key AS cluster_a, d.key AS cluster_b, count(*) AS n_payments, sum(sat) AS value_sat,
       min(at) AS first_at, max(at) AS last_at
ORDER BY value_sat DESC, cluster_a, cluster_b
LIMIT $limit

// title: Which transactions does a wallet cluster take part in?
// group: money
// param cluster: string -- key of the wallet cluster
// param since: time = 0 -- not before this time
// param before: time = 9007199254740991 -- only before this time
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds, or null
// column txid: string -- transaction
// column direction: string -- in or out
// column addresses: list -- addresses of the wallet cluster in it
// column value_sat: integer -- value received in satoshi, or null where it is spent
// column record_id: string -- record that states it
// order: at, txid, direction
MATCH (c:Cluster {key: $cluster})
CALL (c) {
  MATCH (c)<-[:MEMBER_OF]-(a:Address)-[r:SPENT_IN]->(t:Transaction)
  RETURN t, 'out' AS direction, a.key AS address, null AS value_sat, -1 AS vout,
         r.record_id AS record_id
  UNION
  MATCH (c)<-[:MEMBER_OF]-(a:Address)<-[r:PAYS]-(t:Transaction)
  RETURN t, 'in' AS direction, a.key AS address, r.value_sat AS value_sat, r.vout AS vout,
         r.record_id AS record_id
}
WITH t, direction, address, value_sat, vout, record_id
WHERE coalesce(t.at, 0) >= $since AND coalesce(t.at, 0) < $before
WITH t, direction, address, value_sat, vout, record_id ORDER BY address, vout
WITH t, direction, collect(DISTINCT address) AS addresses, sum(value_sat) AS received,
     min(record_id) AS record_id
RETURN t.at AS at, t.key AS txid, direction, addresses,
       CASE WHEN direction = 'in' THEN received END AS value_sat, record_id
ORDER BY coalesce(at, -1), txid, direction
LIMIT $limit

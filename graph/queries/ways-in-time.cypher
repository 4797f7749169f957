// title: Which ways lead from a vendor account to a cash-out, each payment after the one before?
// group: ways
// param vendor: string -- key of the vendor account (market/handle)
// param since: time = 0 -- not before this time
// param minimum_sat: integer = 0 -- only payments of at least so many satoshi
// param limit: integer = 50 -- at most so many rows
// column n_hops: integer -- payments on the way, at most five
// column address: string -- address that the vendor named
// column cash_out: string -- cash-out point (txid:vout)
// column service: string -- service that it pays into
// column value_sat: integer -- what it received, in satoshi
// column at: integer -- when, in epoch milliseconds, or null
// column addresses: list -- addresses on the way
// column transactions: list -- transaction of each payment
// order: n_hops, address, cash_out, service, way
MATCH (:VendorAccount {key: $vendor})-[:NAMES {party: 'vendor'}]->(a:Address)
WITH DISTINCT a
CALL (a) {
  MATCH (a)-[:ENDS_IN]->(c:CashOutPoint)
  WHERE c.at >= $since AND c.value_sat >= $minimum_sat
  RETURN c, 1 AS n_hops, [a.key, c.address] AS addresses, [c.txid] AS transactions
  UNION
  MATCH (a)-[p1:PAID]->(b1:Address)-[:ENDS_IN]->(c:CashOutPoint)
  WHERE p1.at >= $since AND p1.value_sat >= $minimum_sat
    AND NOT b1.key IN [a.key]
    AND c.at >= p1.at AND c.value_sat >= $minimum_sat
  RETURN c, 2 AS n_hops, [a.key, b1.key, c.address] AS addresses, [p1.txid, c.txid] AS transactions
  UNION
  MATCH (a)-[p1:PAID]->(b1:Address)-[p2:PAID]->(b2:Address)-[:ENDS_IN]->(c:CashOutPoint)
  WHERE p1.at >= $since AND p1.value_sat >= $minimum_sat
    AND p2.at >= p1.at AND p2.value_sat >= $minimum_sat
    AND NOT b1.key IN [a.key]
    AND NOT b2.key IN [a.key, b1.key]
    AND c.at >= p2.at AND c.value_sat >= $minimum_sat
  RETURN c, 3 AS n_hops, [a.key, b1.key, b2.key, c.address] AS addresses, [p1.txid, p2.txid, c.txid] AS transactions
  UNION
  MATCH (a)-[p1:PAID]->(b1:Address)-[p2:PAID]->(b2:Address)-[p3:PAID]->(b3:Address)-[:ENDS_IN]->(c:CashOutPoint)
  WHERE p1.at >= $since AND p1.value_sat >= $minimum_sat
    AND p2.at >= p1.at AND p2.value_sat >= $minimum_sat
    AND p3.at >= p2.at AND p3.value_sat >= $minimum_sat
    AND NOT b1.key IN [a.key]
    AND NOT b2.key IN [a.key, b1.key]
    AND NOT b3.key IN [a.key, b1.key, b2.key]
    AND c.at >= p3.at AND c.value_sat >= $minimum_sat
  RETURN c, 4 AS n_hops, [a.key, b1.key, b2.key, b3.key, c.address] AS addresses, [p1.txid, p2.txid, p3.txid, c.txid] AS transactions
  UNION
  MATCH (a)-[p1:PAID]->(b1:Address)-[p2:PAID]->(b2:Address)-[p3:PAID]->(b3:Address)-[p4:PAID]->(b4:Address)-[:ENDS_IN]->(c:CashOutPoint)
  WHERE p1.at >= $since AND p1.value_sat >= $minimum_sat
    AND p2.at >= p1.at AND p2.value_sat >= $minimum_sat
    AND p3.at >= p2.at AND p3.value_sat >= $minimum_sat
    AND p4.at >= p3.at AND p4.value_sat >= $minimum_sat
    AND NOT b1.key IN [a.key]
    AND NOT b2.key IN [a.key, b1.key]
    AND NOT b3.key IN [a.key, b1.key, b2.key]
    AND NOT b4.key IN [a.key, b1.key, b2.key, b3.key]
    AND c.at >= p4.at AND c.value_sat >= $minimum_sat
  RETURN c, 5 AS n_hops, [a.key, b1.key, b2.key, b3.key, b4.key, c.address] AS addresses, [p1.txid, p2.txid, p3.txid, p4.txid, c.txid] AS transactions
}
MATCH (c)-[:PAID_INTO]->(s:Service)
WITH DISTINCT a, c, s, n_hops, addresses, transactions
RETURN n_hops, a.key AS address, c.key AS cash_out, s.key AS service, c.value_sat AS value_sat,
       c.at AS at, addresses, transactions
ORDER BY n_hops, address, cash_out, service,
         addresses,
         transactions
LIMIT $limit

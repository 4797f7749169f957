// title: How much went to each service?
// group: money
// param limit: integer = 100 -- at most so many rows
// column service: string -- the service
// column category: string -- its category, or empty
// column n_cash_outs: integer -- payments into it
// column value_sat: integer -- their value in satoshi
// column first_at: integer -- the first, in epoch milliseconds
// column last_at: integer -- the last
// column addresses: list -- addresses that were paid
// order: value_sat descending, service
MATCH (c:CashOutPoint)-[:PAID_INTO]->(s:Service)
WITH s, c ORDER BY c.address, c.key
WITH s, count(c) AS n_cash_outs, sum(c.value_sat) AS value_sat, min(c.at) AS first_at,
     max(c.at) AS last_at, collect(DISTINCT c.address) AS addresses
RETURN s.key AS service, coalesce(s.category, '') AS category, n_cash_outs, value_sat,
       first_at, last_at, addresses
ORDER BY value_sat DESC, service
LIMIT $limit

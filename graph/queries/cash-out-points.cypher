// title: Which cash-out points are there, and what became of them?
// group: money
// param state: string = "" -- only this state (candidate, confirmed or rejected); empty for all
// param service: string = "" -- only this service; empty for all
// param limit: integer = 500 -- at most so many rows
// column cash_out: string -- cash-out point (txid:vout)
// column state: string -- candidate, confirmed or rejected, or empty
// column service: string -- the service
// column address: string -- the address
// column value_sat: integer -- value in satoshi
// column at: integer -- when, in epoch milliseconds, or null
// column persons: list -- who judged it
// column record_id: string -- record that states it
// order: at, cash_out, service
MATCH (c:CashOutPoint)-[p:PAID_INTO]->(s:Service)
WHERE ($state = '' OR c.status = $state) AND ($service = '' OR s.key = $service)
OPTIONAL MATCH (j:Judgement {stands: true})-[:JUDGED]->(c)
WITH c, p, s, j ORDER BY j.person
WITH c, s, min(p.record_id) AS record_id, collect(DISTINCT j.person) AS persons
RETURN c.key AS cash_out, coalesce(c.status, '') AS state, s.key AS service,
       coalesce(c.address, '') AS address, c.value_sat AS value_sat, c.at AS at, persons, record_id
ORDER BY coalesce(at, -1), cash_out, service
LIMIT $limit

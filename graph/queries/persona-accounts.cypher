// title: Which accounts belong to the persona of an account?
// group: people
// param vendor: string -- key of the vendor account (market/handle)
// param limit: integer = 200 -- at most so many rows
// column persona: string -- key of the persona
// column account: string -- account of the persona
// column market: string -- the market
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// column rule: string -- rule that made it
// column record_id: string -- record that states it
// order: persona, account
MATCH (:VendorAccount {key: $vendor})-[:PART_OF]->(p:Persona)
MATCH (a:VendorAccount)-[r:PART_OF]->(p)
RETURN p.key AS persona, a.key AS account, a.market AS market, a.first_at AS first_at,
       a.last_at AS last_at, r.rule AS rule, r.record_id AS record_id
ORDER BY persona, account, record_id
LIMIT $limit

// title: Which accounts were judged to be one party?
// group: people
// param limit: integer = 200 -- at most so many rows
// column persona: string -- key of the persona
// column n_accounts: integer -- how many accounts
// column vendors: list -- vendor accounts
// column contradictions: list -- pairs that were judged different all the same
// order: persona
MATCH (p:Persona)
OPTIONAL MATCH (v:VendorAccount)-[:PART_OF]->(p)
WITH p, v ORDER BY v.key
WITH p, collect(v.key) AS vendors
RETURN p.key AS persona, p.n_accounts AS n_accounts, vendors,
       coalesce(p.contradictions, []) AS contradictions
ORDER BY persona
LIMIT $limit

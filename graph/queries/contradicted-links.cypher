// title: Which standing judgements contradict a candidate link?
// group: people
// param limit: integer = 200 -- at most so many rows
// column vendor_a: string -- one account
// column vendor_b: string -- the other
// column band: string -- strong, possible or weak
// column probability: string -- calibrated probability
// column verdict: string -- what was decided
// column person: string -- who decided
// column record_id: string -- record that states it
// order: vendor_a, vendor_b, record_id
MATCH (a:VendorAccount)-[r:LOOKS_LIKE]->(b:VendorAccount)
MATCH (a)<-[:JUDGED]-(j:Judgement)-[:JUDGED]->(b)
WHERE j.stands = true
  AND ((r.band = 'strong' AND j.verdict = 'different') OR (r.band = 'weak' AND j.verdict = 'same'))
RETURN a.key AS vendor_a, b.key AS vendor_b, r.band AS band, r.probability AS probability,
       j.verdict AS verdict, j.person AS person, j.record_id AS record_id
ORDER BY vendor_a, vendor_b, record_id
LIMIT $limit

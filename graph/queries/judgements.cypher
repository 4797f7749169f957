// title: What was judged, by whom, in time order?
// group: people
// param subject: string = "" -- only this subject (address, txid:vout, or a vendor account); empty for all
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds, or null
// column subject: string -- what was judged
// column verdict: string -- what was decided
// column stands: string -- yes, or no where a later judgement replaced it
// column person: string -- who decided
// column reason: string -- why
// column record_id: string -- record that states it
// order: at, subject, record_id
MATCH (j:Judgement)
WHERE $subject = '' OR j.subject = $subject
   OR EXISTS { MATCH (j)-[:JUDGED]->(n) WHERE n.key = $subject }
RETURN j.at AS at, j.subject AS subject, j.verdict AS verdict,
       CASE WHEN j.stands THEN 'yes' ELSE 'no' END AS stands, j.person AS person,
       coalesce(j.reason, '') AS reason, j.record_id AS record_id
ORDER BY coalesce(at, -1), subject, record_id
LIMIT $limit

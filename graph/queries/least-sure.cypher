// title: Which relationships are the least sure?
// group: evidence
// param relationship: string = "" -- only this type (e.g. OFFERS); empty for all
// param limit: integer = 100 -- at most so many rows
// column confidence: string -- confidence, or empty
// column relationship: string -- type of the relationship
// column from_label: string -- label of its beginning
// column from_key: string -- key of its beginning
// column to_label: string -- label of its end
// column to_key: string -- key of its end
// column rule: string -- rule that made it
// column tier: string -- structural, heuristic, attribution, captured or judged
// column at: integer -- when, in epoch milliseconds, or null
// column record_id: string -- record that states it
// order: confidence, relationship, from_label, from_key, to_label, to_key, at, record_id, detail
MATCH (a)-[r]->(b)
WHERE r.confidence IS NOT NULL AND ($relationship = '' OR type(r) = $relationship)
RETURN r.confidence AS confidence, type(r) AS relationship, head(labels(a)) AS from_label,
       a.key AS from_key, head(labels(b)) AS to_label, b.key AS to_key, r.rule AS rule,
       r.tier AS tier, r.at AS at, r.record_id AS record_id
ORDER BY confidence, relationship, from_label, from_key, to_label, to_key, coalesce(at, -1),
         record_id, rule, tier
LIMIT $limit

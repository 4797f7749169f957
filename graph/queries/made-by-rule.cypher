// title: Which relationships did a rule make?
// group: evidence
// param rule: string -- the rule, with its version
// param limit: integer = 500 -- at most so many rows
// column relationship: string -- type of the relationship
// column from_label: string -- label of its beginning
// column from_key: string -- key of its beginning
// column to_label: string -- label of its end
// column to_key: string -- key of its end
// column tier: string -- structural, heuristic, attribution, captured or judged
// column confidence: string -- confidence, or empty
// column at: integer -- when, in epoch milliseconds, or null
// column record_id: string -- record that states it
// order: relationship, from_label, from_key, to_label, to_key, at, record_id, detail
MATCH (a)-[r]->(b)
WHERE r.rule = $rule
RETURN type(r) AS relationship, head(labels(a)) AS from_label, a.key AS from_key,
       head(labels(b)) AS to_label, b.key AS to_key, r.tier AS tier,
       coalesce(r.confidence, '') AS confidence, r.at AS at, r.record_id AS record_id
ORDER BY relationship, from_label, from_key, to_label, to_key, coalesce(at, -1), record_id,
         confidence, tier
LIMIT $limit

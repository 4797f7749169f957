// title: Which rules made how many relationships?
// group: evidence
// param limit: integer = 500 -- at most so many rows
// column rule: string -- rule that made it
// column relationship: string -- type of the relationship
// column tier: string -- structural, heuristic, attribution, captured or judged
// column n: integer -- how many relationships
// column n_records: integer -- how many records
// column lowest: string -- lowest confidence, or empty
// column highest: string -- highest confidence, or empty
// order: rule, relationship, tier
MATCH ()-[r]->()
RETURN r.rule AS rule, type(r) AS relationship, r.tier AS tier, count(*) AS n,
       count(DISTINCT r.record_id) AS n_records, coalesce(min(r.confidence), '') AS lowest,
       coalesce(max(r.confidence), '') AS highest
ORDER BY rule, relationship, tier
LIMIT $limit

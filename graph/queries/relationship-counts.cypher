// title: How many relationships of each type are there?
// group: overview
// param limit: integer = 200 -- at most so many rows
// column relationship: string -- type of the relationship
// column from_label: string -- label of its beginning
// column to_label: string -- label of its end
// column tier: string -- structural, heuristic, attribution, captured or judged
// column n: integer -- how many
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// order: relationship, from_label, to_label, tier
MATCH (a)-[r]->(b)
RETURN type(r) AS relationship, head(labels(a)) AS from_label, head(labels(b)) AS to_label,
       r.tier AS tier, count(*) AS n, min(r.at) AS first_at, max(r.at) AS last_at
ORDER BY relationship, from_label, to_label, tier
LIMIT $limit

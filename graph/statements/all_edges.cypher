MATCH (a)-[r:__KIND__]->(b)
RETURN head(labels(a)) AS source_label, a.key AS source_key,
       head(labels(b)) AS target_label, b.key AS target_key,
       properties(r) AS properties

MATCH (n:__LABEL__ {key: $key})-[r]->(o)
WHERE coalesce(r.party, 'vendor') <> 'third'
WITH DISTINCT type(r) AS kind, head(labels(o)) AS label, o.key AS other
RETURN kind, label, count(other) AS n
ORDER BY kind, label

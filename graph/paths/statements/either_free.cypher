UNWIND $keys AS key
MATCH (n:__LABEL__ {key: key})-[r:__KINDS__]-(o)
WHERE coalesce(r.party, 'vendor') = 'vendor'
WITH DISTINCT key, head(labels(o)) AS label, o.key AS other
WITH key, collect([label, other]) AS found
RETURN key, found[0..$most] AS found, size(found) AS n

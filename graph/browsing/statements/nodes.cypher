UNWIND $keys AS key
MATCH (n:__LABEL__ {key: key})
RETURN n.key AS key, properties(n) AS properties

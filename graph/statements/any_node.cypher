MATCH (n)
RETURN n.key AS key
LIMIT 1

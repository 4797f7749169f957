MATCH (n)
WHERE NOT n:VestigoLock
RETURN n.key AS key
LIMIT 1

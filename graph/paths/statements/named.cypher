UNWIND $texts AS text
MATCH (n:__LABEL__ {key: text})
RETURN n.key AS key
ORDER BY key
LIMIT $most

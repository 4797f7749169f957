MATCH (n:__LABEL__)
WHERE n.__PROPERTY__ IN $texts
RETURN n.key AS key
ORDER BY key
LIMIT $most

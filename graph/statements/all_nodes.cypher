MATCH (n:__LABEL__)
RETURN properties(n) AS properties

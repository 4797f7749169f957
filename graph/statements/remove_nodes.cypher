UNWIND $rows AS row
MATCH (n:__LABEL__ {key: row})
DETACH DELETE n

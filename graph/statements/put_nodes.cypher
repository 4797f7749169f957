UNWIND $rows AS row
MERGE (n:__LABEL__ {key: row.key})
SET n = row

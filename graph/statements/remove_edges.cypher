UNWIND $rows AS row
MATCH (a:__SOURCE__ {key: row.source})-[r:__KIND__]->(b:__TARGET__ {key: row.target})
DELETE r

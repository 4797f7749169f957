UNWIND $rows AS row
MATCH (a:__SOURCE__ {key: row.source})
MATCH (b:__TARGET__ {key: row.target})
CREATE (a)-[r:__KIND__]->(b)
SET r += row.properties

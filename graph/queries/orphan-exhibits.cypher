// title: Which captured pages does nothing rest on?
// group: evidence
// param limit: integer = 500 -- at most so many rows
// column exhibit: string -- the capture
// column uri: string -- address of the captured page, or empty
// column at: integer -- when, in epoch milliseconds, or null
// column http_status: integer -- status of the answer, or null
// column media_type: string -- media type of the answer, or empty
// order: at, exhibit
MATCH (e:Exhibit)
WHERE NOT EXISTS { MATCH (n)-[:SHOWN_BY]->(e) }
RETURN e.key AS exhibit, coalesce(e.uri, '') AS uri, e.at AS at, e.http_status AS http_status,
       coalesce(e.media_type, '') AS media_type
ORDER BY coalesce(at, -1), exhibit
LIMIT $limit

// title: What does an exhibit show?
// group: evidence
// param exhibit: string -- key of the exhibit (capture id)
// param limit: integer = 500 -- at most so many rows
// column label: string -- label of the node
// column key: string -- key of the node
// column name: string -- name to show, or empty
// column states: string -- kind of the record
// column confidence: string -- confidence, or empty
// column record_id: string -- record that states it
// order: label, key, record_id, states
MATCH (n)-[r:SHOWN_BY]->(:Exhibit {key: $exhibit})
RETURN head(labels(n)) AS label, n.key AS key, coalesce(n.name, '') AS name, r.states AS states,
       coalesce(r.confidence, '') AS confidence, r.record_id AS record_id
ORDER BY label, key, record_id, states, confidence
LIMIT $limit

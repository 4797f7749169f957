// title: What is within so many steps of a node, before a time?
// group: ways
// param label: label -- label of the node (Address, VendorAccount, …)
// param key: string -- key of the node
// param hops: integer 1..4 = 2 -- at most so many steps
// param before: time = 9007199254740991 -- only over relationships before this time, or without a time
// param limit: integer = 500 -- at most so many rows
// column depth: integer -- steps to it
// column other_label: string -- label of the other node
// column other_key: string -- key of the other node
// column name: string -- name of the other node, or empty
// order: depth, other_label, other_key
MATCH (n:Address|CashOutPoint|Cluster|Contact|Exhibit|Image|Judgement|Listing|Market|PGPKey
         |Persona|Service|Substance|Tag|Transaction|VendorAccount {key: $key})
WHERE $label IN labels(n)
OPTIONAL MATCH (n)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
WHERE coalesce(r.at, 0) < $before
WITH n, collect(DISTINCT x) AS found
WITH n, [x IN found WHERE x <> n] AS one
UNWIND CASE WHEN $hops < 2 OR size(one) = 0 THEN [n] ELSE one END AS step
OPTIONAL MATCH (step)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
WHERE $hops >= 2 AND coalesce(r.at, 0) < $before AND NOT step:Service
WITH n, one, collect(DISTINCT x) AS found
WITH n, one, [x IN found WHERE x <> n AND NOT x IN one] AS two
UNWIND CASE WHEN $hops < 3 OR size(two) = 0 THEN [n] ELSE two END AS step
OPTIONAL MATCH (step)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
WHERE $hops >= 3 AND coalesce(r.at, 0) < $before AND NOT step:Service
WITH n, one, two, collect(DISTINCT x) AS found
WITH n, one, two, [x IN found WHERE x <> n AND NOT x IN one AND NOT x IN two] AS three
UNWIND CASE WHEN $hops < 4 OR size(three) = 0 THEN [n] ELSE three END AS step
OPTIONAL MATCH (step)-[r:NAMES|SELLS|SHOWS|PART_OF|LOOKS_LIKE|MEMBER_OF|CO_SPENT|LEADS_TO|SAME_WALLET
         |CASHES_OUT_AT|ENDS_IN|PAID_INTO|TAGGED_AS]-(x)
WHERE $hops >= 4 AND coalesce(r.at, 0) < $before AND NOT step:Service
WITH n, one, two, three, collect(DISTINCT x) AS found
WITH one, two, three,
     [x IN found WHERE x <> n AND NOT x IN one AND NOT x IN two AND NOT x IN three] AS four
UNWIND [1, 2, 3, 4] AS depth
UNWIND CASE depth WHEN 1 THEN one WHEN 2 THEN two WHEN 3 THEN three ELSE four END AS x
RETURN depth, head(labels(x)) AS other_label, x.key AS other_key, coalesce(x.name, '') AS name
ORDER BY depth, other_label, other_key
LIMIT $limit

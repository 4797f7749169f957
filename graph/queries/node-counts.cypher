// title: How many nodes of each label are there?
// group: overview
// param limit: integer = 100 -- at most so many rows
// column label: string -- label of the node
// column n: integer -- how many
// column n_unnamed: integer -- how many of them without a name
// order: label
MATCH (n)
WHERE NOT head(labels(n)) STARTS WITH 'Vestigo'
RETURN head(labels(n)) AS label, count(*) AS n, count(*) - count(n.name) AS n_unnamed
ORDER BY label
LIMIT $limit

// title: Which nodes of a label have the most relationships?
// group: overview
// param label: label -- label of the node (Address, VendorAccount, …)
// param limit: integer = 50 -- at most so many rows
// column key: string -- key of the node
// column name: string -- name to show, or empty
// column n: integer -- how many relationships
// column n_out: integer -- how many of them begin there
// order: n descending, key
MATCH (n)
WHERE $label IN labels(n)
WITH n, COUNT { (n)--() } AS n_all, COUNT { (n)-->() } AS n_out
WITH n, n_all, n_out ORDER BY n_all DESC, n.key
LIMIT $limit
RETURN n.key AS key, coalesce(n.name, '') AS name, n_all AS n, n_out
ORDER BY n DESC, key
LIMIT $limit

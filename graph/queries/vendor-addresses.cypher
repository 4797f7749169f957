// title: Which addresses does a vendor account name, and where?
// group: life
// param vendor: string -- key of the vendor account (market/handle)
// param limit: integer = 500 -- at most so many rows
// column address: string -- the address
// column party: string -- vendor, or third where the text gives it as of another
// column said_in: string -- where the account says so: profile or listing
// column at: integer -- when, in epoch milliseconds, or null
// column exhibit: string -- capture that shows it, or empty
// column uri: string -- address of the captured page, or empty
// column record_id: string -- record that states it
// order: address, party, at, exhibit, record_id
MATCH (:VendorAccount {key: $vendor})-[r:NAMES]->(a:Address)
OPTIONAL MATCH (a)-[s:SHOWN_BY]->(e:Exhibit)
WHERE s.record_id = r.record_id
RETURN a.key AS address, r.party AS party, r.said_in AS said_in, coalesce(e.at, r.at) AS at,
       coalesce(e.key, '') AS exhibit, coalesce(e.uri, '') AS uri, r.record_id AS record_id
ORDER BY address, party, coalesce(at, -1), exhibit, record_id, said_in
LIMIT $limit

// title: Which candidate links has nobody judged?
// group: people
// param band: string = "" -- only this band (strong, possible or weak); empty for all
// param limit: integer = 200 -- at most so many rows
// column vendor_a: string -- one account
// column vendor_b: string -- the other
// column probability: string -- calibrated probability
// column band: string -- strong, possible or weak
// column signals: list -- weight of each signal
// column record_id: string -- record that states it
// order: probability descending, vendor_a, vendor_b
MATCH (a:VendorAccount)-[r:LOOKS_LIKE]->(b:VendorAccount)
WHERE ($band = '' OR r.band = $band)
  AND NOT EXISTS { MATCH (a)<-[:JUDGED]-(j:Judgement)-[:JUDGED]->(b) }
RETURN a.key AS vendor_a, b.key AS vendor_b, r.probability AS probability, r.band AS band,
       r.signals AS signals, r.record_id AS record_id
ORDER BY probability DESC, vendor_a, vendor_b, record_id
LIMIT $limit

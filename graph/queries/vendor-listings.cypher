// title: What does a vendor account sell?
// group: life
// param vendor: string -- key of the vendor account (market/handle)
// param limit: integer = 500 -- at most so many rows
// column listing: string -- the listing
// column name: string -- name to show, or empty
// column price_amount: string -- price as displayed, or empty
// column price_currency: string -- its currency, or empty
// column ships_from: string -- where it is sent from, as declared, or empty
// column ships_to: string -- where it is sent to, as declared, or empty
// column first_at: integer -- the first time, in epoch milliseconds, or null
// column last_at: integer -- the last time, in epoch milliseconds, or null
// column state: string -- seen, gone or holding_price, or empty
// column record_id: string -- record that states it
// order: listing
MATCH (:VendorAccount {key: $vendor})-[r:SELLS]->(l:Listing)
RETURN l.key AS listing, coalesce(l.name, '') AS name, coalesce(l.price_amount, '') AS price_amount,
       coalesce(l.price_currency, '') AS price_currency, coalesce(l.ships_from, '') AS ships_from,
       coalesce(l.ships_to, '') AS ships_to, l.first_at AS first_at, l.last_at AS last_at,
       coalesce(l.status, '') AS state, r.record_id AS record_id
ORDER BY listing, record_id
LIMIT $limit

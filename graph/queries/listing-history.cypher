// title: How did a listing change from capture to capture?
// group: life
// param listing: string -- key of the listing (market/listing key)
// param limit: integer = 500 -- at most so many rows
// column at: integer -- when, in epoch milliseconds, or null
// column said: string -- title in that capture, or empty
// column price_amount: string -- price as displayed, or empty
// column price_currency: string -- its currency, or empty
// column exhibit: string -- capture that shows it, or empty
// column uri: string -- address of the captured page, or empty
// column record_id: string -- record that states it
// order: at, exhibit, record_id
MATCH (:Listing {key: $listing})-[r:SHOWN_BY {states: 'listing'}]->(e:Exhibit)
RETURN coalesce(e.at, r.at) AS at, coalesce(r.said, '') AS said,
       coalesce(r.price_amount, '') AS price_amount,
       coalesce(r.price_currency, '') AS price_currency, e.key AS exhibit,
       coalesce(e.uri, '') AS uri, r.record_id AS record_id
ORDER BY coalesce(at, -1), exhibit, record_id
LIMIT $limit

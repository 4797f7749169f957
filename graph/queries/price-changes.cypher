// title: Which listings changed their price?
// group: life
// param vendor: string = "" -- only this vendor account (market/handle); empty for all
// param market: string = "" -- only this market; empty for all
// param limit: integer = 500 -- at most so many rows
// column listing: string -- the listing
// column at: integer -- when, in epoch milliseconds, or null
// column price_before: string -- price in the capture before
// column price_after: string -- price in this capture
// column exhibit: string -- capture that shows it, or empty
// column record_id: string -- record that states it
// order: listing, at, exhibit, record_id
MATCH (l:Listing)-[r:SHOWN_BY {states: 'listing'}]->(e:Exhibit)
WHERE r.price_amount IS NOT NULL AND e.at IS NOT NULL AND ($market = '' OR l.market = $market)
  AND ($vendor = '' OR EXISTS { MATCH (v:VendorAccount)-[:SELLS]->(l) WHERE v.key = $vendor })
WITH l, r, e ORDER BY e.at, e.key, r.record_id
WITH l, collect(r.price_amount + ' ' + coalesce(r.price_currency, '')) AS prices,
     collect(e.at) AS times, collect(e.key) AS exhibits, collect(r.record_id) AS records
WHERE size(prices) > 1
UNWIND range(1, size(prices) - 1) AS i
WITH l, i, prices, times, exhibits, records
WHERE prices[i] <> prices[i - 1]
RETURN l.key AS listing, times[i] AS at, prices[i - 1] AS price_before, prices[i] AS price_after,
       exhibits[i] AS exhibit, records[i] AS record_id
ORDER BY listing, at, exhibit, record_id
LIMIT $limit

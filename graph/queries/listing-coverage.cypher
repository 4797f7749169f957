// title: How many listings could not be read in full?
// group: overview
// param limit: integer = 100 -- at most so many rows
// column market: string -- the market
// column n_listings: integer -- how many listings
// column no_seller: integer -- without a vendor account
// column no_substance: integer -- without a substance
// column no_price: integer -- without a price
// column no_unit_price: integer -- without a price per unit
// column no_route: integer -- without a place it is sent from
// order: market
MATCH (l:Listing)
WITH l, EXISTS { MATCH (:VendorAccount)-[:SELLS]->(l) } AS sold,
     EXISTS { MATCH (l)-[:OFFERS]->(:Substance) } AS read
RETURN coalesce(l.market, '') AS market, count(*) AS n_listings,
       count(CASE WHEN NOT sold THEN 1 END) AS no_seller,
       count(CASE WHEN NOT read THEN 1 END) AS no_substance,
       count(CASE WHEN l.price_amount IS NULL THEN 1 END) AS no_price,
       count(CASE WHEN l.unit_price IS NULL THEN 1 END) AS no_unit_price,
       count(CASE WHEN l.ships_from IS NULL THEN 1 END) AS no_route
ORDER BY market
LIMIT $limit

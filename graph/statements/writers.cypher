SHOW TRANSACTIONS YIELD metaData
WHERE metaData.vestigo = 'writer'
RETURN count(*) AS n_writers

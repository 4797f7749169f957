MATCH (m:VestigoProjection {key: 'projection'})
RETURN m.state AS state, m.summary AS summary

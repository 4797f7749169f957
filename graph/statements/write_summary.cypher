MERGE (m:VestigoProjection {key: 'projection'})
SET m.state = $state, m.summary = $summary

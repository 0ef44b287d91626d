"""An invented firm's leads, campaigns and people, made the same for the same seed; for the demo, tests and benches."""

"""Pictures of a flight: the only place for km, degrees and minutes on axes."""

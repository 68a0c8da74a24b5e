"""The phases in order: ascent, phasing, approach, docking; each prepares on the host and flies in pure JAX."""

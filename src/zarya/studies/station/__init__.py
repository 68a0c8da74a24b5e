"""The station's orbit: burns found in its history, reboosts that set a phase, orbits fitted to element sets."""

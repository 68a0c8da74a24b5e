"""What surrounds the ship: gravity, air, wind, sunlight. Pure functions of time and position."""

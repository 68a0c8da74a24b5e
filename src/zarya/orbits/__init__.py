"""Orbits as numbers: elements, mean elements, Lambert's problem, element sets flown by SGP4."""

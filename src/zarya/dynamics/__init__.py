"""The physics, written once: the equation of motion, its loads, its integrators."""

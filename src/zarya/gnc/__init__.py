"""Decisions: when to lift off, how to steer, which burns to make. Pure functions of what is known."""

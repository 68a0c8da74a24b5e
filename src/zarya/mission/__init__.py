"""A mission: the scenario that is checked before it flies, what is known of the real flight, and the runner."""

"""From which pass can the ship come down in a zone, what each landing entails, and how its cases scatter."""

from zarya.studies.landing.search import landing_opportunities, why_none

__all__ = ["landing_opportunities", "why_none"]

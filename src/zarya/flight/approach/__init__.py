"""Approach: from the aim point 3 km behind the station to the contact of probe and port."""

from zarya.flight.approach.flown import ApproachLog, fly, stages_made
from zarya.flight.approach.plan import AIM_LVLH_M, AIM_TO_CONTACT_S, STAGES, ApproachPlan, prepare

__all__ = ["AIM_LVLH_M", "AIM_TO_CONTACT_S", "STAGES", "ApproachLog", "ApproachPlan", "fly", "prepare", "stages_made"]

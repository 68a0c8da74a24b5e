"""Planning of the rendezvous: least burns from spacecraft separation to the aim point behind and below the station."""

from zarya.gnc.rendezvous.arrival import Arrivals, arrivals, choose_aim_time
from zarya.gnc.rendezvous.fixed_time import FixedTimes, fixed_time_plan, fixed_times
from zarya.gnc.rendezvous.legs import Burns, Legs
from zarya.gnc.rendezvous.planner import RendezvousPlan, plan
from zarya.gnc.rendezvous.reflown import reflown_miss
from zarya.gnc.rendezvous.safety import SAFE_M, Clearance, missed_burn_clearance
from zarya.gnc.rendezvous.scheme import AIM_BEFORE_CONTACT_S, AIM_LVLH_M, SCHEMES, Scheme

__all__ = [
    "AIM_BEFORE_CONTACT_S",
    "AIM_LVLH_M",
    "SAFE_M",
    "SCHEMES",
    "Arrivals",
    "Burns",
    "Clearance",
    "FixedTimes",
    "Legs",
    "RendezvousPlan",
    "Scheme",
    "arrivals",
    "choose_aim_time",
    "fixed_time_plan",
    "fixed_times",
    "missed_burn_clearance",
    "plan",
    "reflown_miss",
]

"""What one phase hands to the next, and how a flight can end."""

from typing import Final

import equinox as eqx

from zarya.arrays import Index, Vector3
from zarya.dynamics.state import State


class Outcome:
    """Codes of `Handover.outcome`, in the order of `OUTCOMES`."""

    FLYING: Final = 0
    DOCKED: Final = 1
    CORRIDOR_LEFT: Final = 2
    CONTACT_OUTSIDE_LIMITS: Final = 3
    PROPELLANT_EXHAUSTED: Final = 4
    ORBIT_NOT_REACHED: Final = 5
    NOT_CONVERGED: Final = 6
    TIMED_OUT: Final = 7
    UNDOCKED: Final = 8
    LANDED: Final = 9
    LANDED_OUTSIDE_ZONE: Final = 10
    NO_WAY_HOME: Final = 11


OUTCOMES: Final = tuple(name.lower() for name in vars(Outcome) if name.isupper())
"""Names of the outcome codes: a failure inside a batch is a value, its text is the message."""


class Handover(eqx.Module):
    """The ship between two phases: the truth, and what its navigation believes.

    Parameters
    ----------
    ship : true state.
    navigated_r_gcrf, navigated_v_gcrf : (3,) m, m/s, the state guidance sees at `ship.t_s`.
    outcome : () code of `Outcome`; a lane that is not flying any more is carried along unchanged.
    """

    ship: State
    navigated_r_gcrf: Vector3
    navigated_v_gcrf: Vector3
    outcome: Index

"""The clock under the parachutes, read off the samples of a descent: drogue, main, heat shield, engines."""

from dataclasses import dataclass

import numpy as np

from zarya.flight.descent.fall import Descent
from zarya.flight.descent.flown import DescentLog
from zarya.flight.descent.history import places


@dataclass(frozen=True)
class Openings:
    """Instants, s from the flight's epoch.

    Parameters
    ----------
    drogue_s, main_s : the drogue stands, the main is drawn. heat_shield_s : dropped. engines_s : the engines fire.
    drogue_speed_m_s : airspeed under the drogue, m/s, in the last sample before the main.
    """

    drogue_s: float
    main_s: float
    heat_shield_s: float
    engines_s: float
    drogue_speed_m_s: float


def openings(descent: Descent, log: DescentLog) -> Openings:
    """The clock of one descent.

    **Model** instants of the flight itself, but for the heat shield: straight between the samples 10 s apart, where the
    sink is steady (0.1 s).
    """
    module, chutes = descent.module, log.chutes
    _, _, height, speed = (np.asarray(x) for x in places(descent, chutes.t_s, chutes.r_gcrf, chutes.v_gcrf))
    t_s, main_s = np.asarray(chutes.t_s), float(log.marks.main_s)
    reefed_s = main_s + float(module.reefing_s)
    floor_m = float(descent.ground_m + module.heat_shield_height_over_ground_m)
    shed_s = float(np.interp(-floor_m, -height, t_s))
    before = np.flatnonzero(t_s < main_s)
    sink, touchdown = float(log.descent_speed_m_s), float(module.touchdown_speed_m_s)
    return Openings(
        drogue_s=float(log.parachute_s + module.drogue_delay_s),
        main_s=main_s,
        heat_shield_s=max(shed_s, reefed_s),
        engines_s=float(log.landing_s) - 2.0 * float(module.soft_landing_height_m) / (sink + touchdown),
        drogue_speed_m_s=float(speed[before[-1]]) if len(before) else float("nan"),
    )

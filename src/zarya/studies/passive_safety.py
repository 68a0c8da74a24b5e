"""What happens if a burn of the rendezvous fails and none follows: how near the ship comes to the station in 24 h."""

from dataclasses import dataclass

import numpy as np

from zarya.flight import ascent, phasing
from zarya.gnc.rendezvous import AIM_BEFORE_CONTACT_S, missed_burn_clearance
from zarya.mission.scenario import Scenario
from zarya.mission.setting import Progress, extended, prepared
from zarya.units import DAY, HOUR


@dataclass(frozen=True)
class FailedBurn:
    """A burn that was missed (`made` 0) or cut off at half (0.5): nearest distance (m), when (s), clear or not."""

    burn: int
    made: float
    least_m: float
    at_s: float
    is_clear: bool


def failed_burns(scenario: Scenario, say: Progress) -> tuple[FailedBurn, ...]:
    """Every burn of the nominal plan missed, and every burn made by half, followed for 24 h in the full model.

    The contact is the ordered one, else the scheme's usual transit.
    """
    setting = prepared(scenario, say)
    say("a day more of station and air")
    setting = extended(setting, setting.contact_s + DAY + 2.0 * HOUR)
    at, _ = ascent.fly_bare(setting.ascent, ascent.nominal(len(scenario.launcher.stage)))
    numbers = scenario.ship.pytree()
    aim_s = setting.contact_s - AIM_BEFORE_CONTACT_S
    plan = phasing.prepare(at, setting.station, setting.around, numbers, setting.scheme, aim_s).burns
    found = []
    for made in (0.0, 0.5):
        say("missed burns" if made == 0.0 else "burns cut off at half")
        clear = missed_burn_clearance(plan, at.ship, setting.station, setting.around, numbers, made=made)
        rows = zip(np.asarray(clear.least_m), np.asarray(clear.at_s), np.atleast_1d(clear.is_safe), strict=False)
        found += [FailedBurn(k + 1, made, float(m), float(t), bool(ok)) for k, (m, t, ok) in enumerate(rows)]
    return tuple(found)

"""The flown timeline: what the phases logged, in time order, beside what is known of the real flight."""

from collections.abc import Iterable

import numpy as np

from zarya.mission.as_flown import FlownInstant
from zarya.mission.result import FlightEvent


def timeline(logged: Iterable[tuple[str, float, bool]], flown: dict[str, FlownInstant]) -> tuple[FlightEvent, ...]:
    """Events that happened, sorted.

    Parameters
    ----------
    logged : name, t_s (nan when it did not happen), whether it was commanded.
    flown : instants of the real flight by name.
    """
    happened = [(name, float(t_s), commanded) for name, t_s, commanded in logged if np.isfinite(t_s)]
    happened.sort(key=lambda item: item[1])
    return tuple(FlightEvent(name, t_s, commanded, flown.get(name)) for name, t_s, commanded in happened)

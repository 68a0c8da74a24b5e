"""Who hears the ship at its burns, at station-keeping and at contact."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from scipy.interpolate import CubicHermiteSpline

from zarya.frames.earth import itrf_from_gcrf
from zarya.gnc.coverage import ground_visibility, relay_visibility
from zarya.mission.result import Track
from zarya.time import Epoch
from zarya.vehicles import catalog
from zarya.vehicles.site import GroundStationData, RelayData

NETWORKS: Final[dict[str, tuple[str, ...]]] = {
    "soyuz": ("roscosmos", "luch"),
    "progress": ("roscosmos", "luch"),
    "shenzhou": ("cnsa", "tianlian"),
    "crew": ("nasa", "tdrs"),
}
"""Ground and relay networks by the first word of the ship's name; a ship of another name may use all."""


def networks(ship: str) -> tuple[tuple[GroundStationData, ...], tuple[RelayData, ...]]:
    """Ground stations and relays of a ship's networks."""
    words = NETWORKS.get(ship.partition("-")[0], ())
    ground = tuple(one for one in catalog.ground_stations() if not words or one.network in words)
    relays = tuple(one for one in catalog.relays() if not words or one.network in words)
    return ground, relays


def coverage(
    epoch: Epoch, ship: str, track: Track, instants: Iterable[tuple[str, float]]
) -> dict[str, tuple[str, ...]]:
    """Names of the stations and relays that see the ship at each named instant (s from the epoch).

    **Model** see `zarya.gnc.coverage`; slots of the relays and most station coordinates are assumed (catalog).
    """
    ground, relays = networks(ship)
    path = CubicHermiteSpline(track.t_s, track.r_gcrf, track.v_gcrf)
    found: dict[str, tuple[str, ...]] = {}
    for name, t_s in instants:
        if not track.t_s[0] <= t_s <= track.t_s[-1]:
            continue
        r_itrf, _ = itrf_from_gcrf(epoch + t_s, path(t_s), path.derivative()(t_s))
        seen = np.concatenate(
            [ground_visibility(ground, r_itrf[None])[:, 0], relay_visibility(relays, r_itrf[None])[:, 0]]
        )
        names = [one.name for one in (*ground, *relays)]
        found[name] = tuple(one for one, is_seen in zip(names, seen, strict=True) if is_seen)
    return found

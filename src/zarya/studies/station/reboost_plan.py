"""Burns that turn the phase of a station: as late as allowed, as few as it takes, outside of forbidden spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from zarya.errors import InputError
from zarya.orbits.tle import ElementSet
from zarya.studies.windows.light import plane_beta_deg
from zarya.time import Epoch
from zarya.units import DAY, DEG, HOUR

LAST_BURN_BEFORE_S: Final = 7.0 * DAY
"""The last correction is flown this long before launch: 5.8 days before MS-22, 6.9 before MS-24."""
PREPARATION_S: Final = 6.0 * HOUR
"""From the plan to the earliest burn (assumed)."""
LEAST_GAP_S: Final = 2.0 * DAY
"""From the last burn to the launch: element sets are good again after 36 h."""
LARGEST_BURN_M_S: Final = 2.5
"""Flown burns reach 2.0 m/s in 23 min; larger ones are split (assumed)."""
BURN_GAP_S: Final = 2.0 * DAY


class Forbidden(NamedTuple):
    """A span in which no burn may be made, and why."""

    start: Epoch
    end: Epoch
    reason: str = "keep-out"


@dataclass(frozen=True)
class Burn:
    """A planned burn along the velocity.

    Parameters
    ----------
    epoch : middle of it. delta_v_m_s : m/s. moved_by : reason of the span it was moved out of, empty if none.
    """

    epoch: Epoch
    delta_v_m_s: float
    moved_by: str = ""


def planned_burns(
    wanted_rad: float, axis_m: float, now: Epoch, liftoff: Epoch, forbidden: Sequence[Forbidden]
) -> list[Burn]:
    """Burns that turn the phase by `wanted_rad` until the lift-off.

    Parameters
    ----------
    wanted_rad : rad, how far the station is to fall back. axis_m : m, its mean semi-major axis.
    now, liftoff : when the plan is made, and the launch.

    Raises
    ------
    InputError : no time is left, or the turn is beyond what the burns can do.

    **Model** a burn dv turns the phase by 3 dv/a per second of what is left to the launch.
    """
    latest_s = liftoff - now - PREPARATION_S  # before lift-off, the earliest burn
    if latest_s < LEAST_GAP_S:
        raise InputError(
            f"no time is left for a burn: {(liftoff - now) / DAY:.1f} days to the launch, "
            f"{(PREPARATION_S + LEAST_GAP_S) / DAY:.2f} are needed",
            key="launch", value=liftoff.iso(), remedy="Plan from older element sets, or for a later launch.",
        )  # fmt: skip
    lead_s = min(LAST_BURN_BEFORE_S, latest_s)
    for count in range(1, 60):
        # the earliest of `count` burns as far back as it takes for none to be larger than the limit
        for back_s in np.arange(lead_s, latest_s + 1.0, 0.25 * DAY):
            tried = [_allowed(liftoff, float(back_s) - k * BURN_GAP_S, forbidden, latest_s) for k in range(count)]
            kept = [item for item in tried if item is not None and item[0] >= lead_s - 1.0]
            if len(kept) < count or len({round(s) for s, _ in kept}) < count:
                continue
            delta_v = wanted_rad * axis_m / (3.0 * sum(s for s, _ in kept))
            if delta_v <= LARGEST_BURN_M_S:
                return [Burn(liftoff + -s, delta_v, why) for s, why in kept]
    raise InputError(
        f"a turn of {wanted_rad / DEG:.0f} deg is beyond burns of {LARGEST_BURN_M_S} m/s in the time left"
        + (", outside of the spans in which none is allowed" if forbidden else ""),
        key="launch", value=liftoff.iso(), remedy="Plan from older element sets, or choose another scheme or date.",
    )  # fmt: skip


def beta_spans(element_set: ElementSet, start: Epoch, end: Epoch, limit_deg: float) -> list[Forbidden]:
    """Spans between `start` and `end` in which the Sun stands higher over the plane than the attitude of a burn bears.

    **Model** beta from SGP4's mean plane every six hours.
    """
    t_s = np.arange(0.0, max(end - start, 0.0) + 6.0 * HOUR, 6.0 * HOUR)
    high = np.abs(plane_beta_deg(element_set, start, t_s)) > limit_deg
    edges = np.flatnonzero(np.diff(np.concatenate([[False], high, [False]]).astype(int)))
    reason = f"beta over {limit_deg:g} deg"
    return [
        Forbidden(start + float(t_s[a]), start + float(t_s[b - 1]) + 6.0 * HOUR, reason)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]


def _allowed(
    liftoff: Epoch, before_s: float, forbidden: Sequence[Forbidden], latest_s: float
) -> tuple[float, str] | None:
    """Seconds before lift-off of the burn, moved to the start of the span it falls in, and why; None if too early."""
    why = ""
    for item in sorted(forbidden, key=lambda one: one.start, reverse=True):
        if item.start - liftoff <= -before_s <= item.end - liftoff:
            before_s, why = liftoff - item.start + 60.0, item.reason
    return (before_s, why) if before_s <= latest_s else None

"""What many landings of one opportunity say together: shares, ellipse, percentiles."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from zarya.units import KM

type Floats = NDArray[np.float64]

PUBLISHED_M: Final = 28_000.0
"""Published accuracy of a guided landing. Source: russianspaceweb.com/soyuz-landing.html, at P = 0.9997."""
_NORMAL_95: Final = 1.959964


@dataclass(frozen=True)
class Ellipse:
    """Spread of points about their mean: 1 sigma semi-axes, azimuth of the longer one from north over east."""

    mean_east_km: float
    mean_north_km: float
    semi_major_km: float
    semi_minor_km: float
    azimuth_deg: float


@dataclass(frozen=True)
class LandingCampaign:
    """Many descents of one opportunity.

    Parameters
    ----------
    opportunity : the row of `landing_opportunities` that was dispersed. seed : of the draws.
    aim_deg, ballistic_deg : latitude and longitude of the zone's centre and of the planned ballistic landing.
    history, events : of the planned descent from the ignition on, of `zarya.flight.descent.history`, and instants, s.
    cases : a row a case: `outcome`, `landing_lat_deg`, `landing_lon_deg`, `east_km`, `north_km`, `miss_km` (from the
        aim), `parachute_miss_km`, `late_s` (after the planned landing), `peak_g`, `peak_heat_kw_m2`, `heat_load_mj_m2`,
        `sink_m_s`, `touchdown_speed_m_s`; the same without lift, from the planned ballistic landing, under
        `ballistic_...`; and what was drawn.
    """

    opportunity: dict[str, Any]
    seed: int
    aim_deg: tuple[float, float]
    ballistic_deg: tuple[float, float]
    history: dict[str, Floats]
    events: dict[str, float]
    cases: pl.DataFrame

    @property
    def outcomes(self) -> dict[str, int]:
        """How many descents ended how."""
        return {str(name): int(count) for name, count in self.cases["outcome"].value_counts(sort=True).iter_rows()}

    def ellipse(self, mode: str = "") -> Ellipse | None:
        """Of the landings under guidance, or with `mode` "ballistic_" without; None for less than three."""
        down = self.cases.filter(pl.col(f"{mode}miss_km").is_not_null())
        return ellipse(down[f"{mode}east_km"].to_numpy(), down[f"{mode}north_km"].to_numpy())

    def dispersions(self) -> dict[str, Any]:
        """What the cases say together, keys as `zarya land --cases` prints them."""
        return {
            "cases": self.cases.height,
            "seed": self.seed,
            "outcomes": self.outcomes,
            **self._spread(""),
            "landing_sigma_s": _round(_std(self.cases["late_s"]), 2),
            "landing_late_s": _round(_mean(self.cases["late_s"]), 2),
            **self._percentiles("peak_heat_kw_m2", (50, 99), 1),
            **self._percentiles("heat_load_mj_m2", (50, 99), 2),
            **self._percentiles("touchdown_speed_m_s", (1, 50, 99), 2),
            **self._percentiles("sink_m_s", (1, 50, 99), 2),
            "ballistic": self._spread("ballistic_"),
        }

    def _spread(self, mode: str) -> dict[str, Any]:
        miss_km = self.cases[f"{mode}miss_km"]
        hits = int((miss_km <= PUBLISHED_M / KM).sum())  # a descent that never came down has no miss and is no hit
        low, high = wilson(hits, self.cases.height)
        return {
            "within_28_km": _round(hits / self.cases.height, 6),
            "wilson_low": _round(low, 6),
            "wilson_high": _round(high, 6),
            **self._percentiles(f"{mode}miss_km", (50, 90, 99, 100), 2),
            **_keys(self.ellipse(mode)),
            **self._percentiles(f"{mode}peak_g", (50, 99, 100), 2),
        }

    def _percentiles(self, name: str, wanted: tuple[int, ...], digits: int) -> dict[str, float | None]:
        values = self.cases[name].drop_nulls().to_numpy()
        key = name.removeprefix("ballistic_")
        return {
            f"{key}_p{p}" if p < 100 else f"{key}_max": _round(
                np.percentile(values, p) if values.size else None, digits
            )
            for p in wanted
        }


def ellipse(east_km: Floats, north_km: Floats) -> Ellipse | None:
    """Ellipse of the covariance of points; None for less than three."""
    if len(east_km) < 3:
        return None
    values, vectors = np.linalg.eigh(np.cov(np.stack([east_km, north_km])))
    minor, major = np.sqrt(np.maximum(values, 0.0))
    azimuth = math.degrees(math.atan2(vectors[0, 1], vectors[1, 1])) % 180.0
    return Ellipse(float(np.mean(east_km)), float(np.mean(north_km)), float(major), float(minor), azimuth)


def _keys(shape: Ellipse | None) -> dict[str, float | None]:
    """The ellipse as the JSON has it: 1 sigma, and three times that."""
    names = ("mean_east_km", "mean_north_km", "ellipse_semi_major_km", "ellipse_semi_minor_km")
    more = ("ellipse_3_sigma_semi_major_km", "ellipse_3_sigma_semi_minor_km", "ellipse_azimuth_deg")
    if shape is None:
        return dict.fromkeys((*names, *more))
    major, minor = shape.semi_major_km, shape.semi_minor_km
    values = (shape.mean_east_km, shape.mean_north_km, major, minor, 3.0 * major, 3.0 * minor, shape.azimuth_deg)
    return {name: round(value, 2) for name, value in zip((*names, *more), values, strict=True)}


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Interval of 95 % for the share behind `hits` of `count`.

    **Source** Wilson 1927, J. Am. Stat. Assoc. 22, 209-212.
    """
    z2, share = _NORMAL_95**2, hits / count
    middle = (share + z2 / (2.0 * count)) / (1.0 + z2 / count)
    half = _NORMAL_95 / (1.0 + z2 / count) * math.sqrt(share * (1.0 - share) / count + z2 / (4.0 * count**2))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _std(values: pl.Series) -> float | None:
    data = values.drop_nulls().to_numpy()
    return float(np.std(data, ddof=1)) if data.size > 1 else None


def _mean(values: pl.Series) -> float | None:
    data = values.drop_nulls().to_numpy()
    return float(np.mean(data)) if data.size else None


def _round(value: float | np.floating[Any] | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)

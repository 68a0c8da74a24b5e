"""The orbit a launcher left the ship in, in the words of the contract."""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from numpy.typing import NDArray

from zarya.flight.ascent.prepared import peak
from zarya.frames import dcm_gcrf_from_teme
from zarya.frames.geodetic import geodetic_from_itrf
from zarya.mission.result import InsertionOrbit
from zarya.orbits.mean import MeanElements, j2_secular_rates, mean_from_osculating
from zarya.programs import program
from zarya.time import Epoch

_mean = program(mean_from_osculating)
_rates = program(j2_secular_rates)


@program
def _heights(r_itrf: Array) -> Array:
    """Heights over WGS84, (n,) m."""
    return jax.vmap(lambda r: geodetic_from_itrf(r)[2])(r_itrf)


def mean_elements(epoch: Epoch, r_gcrf: NDArray[np.float64], v_gcrf: NDArray[np.float64]) -> MeanElements:
    """Mean elements (J2 short-period terms removed) in TEME at `epoch` of a GCRF state, m and m/s."""
    dcm = dcm_gcrf_from_teme(epoch)
    mean: MeanElements = _mean(jnp.asarray(dcm.T @ r_gcrf), jnp.asarray(dcm.T @ v_gcrf))
    return mean


def insertion_orbit(
    epoch: Epoch,
    ship: tuple[NDArray[np.float64], NDArray[np.float64]],
    station: tuple[NDArray[np.float64], NDArray[np.float64]],
    first_revolution_itrf: NDArray[np.float64],
    expected_phase_rad: float,
) -> InsertionOrbit:
    """Orbit and phase at separation.

    Parameters
    ----------
    epoch : of separation.
    ship, station : position and velocity in GCRF at `epoch`, m and m/s.
    first_revolution_itrf : (n, 3) m, the ship over one revolution, flown in the full model.
    expected_phase_rad : rad, which whole turn the phase belongs to.

    **Model** heights over WGS84, extremes of a parabola through the samples around each; mean elements by
    `zarya.orbits.mean`; period of the mean argument of latitude.
    """
    mean, target = mean_elements(epoch, *ship), mean_elements(epoch, *station)
    heights = np.asarray(_heights(jnp.asarray(first_revolution_itrf)))
    rates = _rates(mean.a_m, mean.e, mean.i_rad)
    phase = float(target.u_rad - mean.u_rad)
    phase += 2.0 * math.pi * round((expected_phase_rad - phase) / (2.0 * math.pi))
    return InsertionOrbit(
        perigee_m=-peak(-heights),
        apogee_m=peak(heights),
        inclination_mean_rad=float(mean.i_rad),
        raan_mean_rad=float(mean.raan_rad) % (2.0 * math.pi),
        period_s=2.0 * math.pi / float(rates.u_rad_s),
        phase_rad=phase,
    )

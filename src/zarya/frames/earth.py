"""Frames fixed to the stars and to the Earth: gcrf, itrf, teme, eme2000, and the table that serves compiled code."""

import math

import equinox as eqx
import erfa
import jax.numpy as jnp
import numpy as np
from numpy.typing import ArrayLike, NDArray

from zarya.arrays import Matrix3, Scalar, Vector3, traced_once
from zarya.errors import InputError
from zarya.iers import earth_parameters
from zarya.tables import UniformTable, cubic_table
from zarya.time import Epoch, jd_grid

type Floats = NDArray[np.float64]

ERA_EXCESS_TURNS_DAY = 0.00273781191135448
"""Turns per UT1 day beyond one. Source: as above."""
TABLE_STEP_S = 1_800.0
"""Node spacing of `EarthOrientation`, s; the tests state what it costs."""


def dcm_itrf_from_gcrf(epoch: Epoch) -> Floats:
    """Rotation to the Earth-fixed frame, (3, 3).

    **Model** IAU 2006/2000A, CIO based, with pole offsets, polar motion and UT1 of the IERS.
    **Source** IERS Conventions 2010, chapter 5; ERFA.
    **Ignores** daily and sub-daily ocean tides in pole and UT1 (see `zarya.iers.earth_parameters`).
    """
    tt1, tt2 = epoch.jd("tt")
    ut1, ut2 = epoch.jd("ut1")
    earth = earth_parameters(epoch.tai_s + epoch.fraction_s)
    x, y, s = erfa.xys06a(tt1, tt2)
    celestial = erfa.c2ixys(x + earth.dx_rad, y + earth.dy_rad, s)
    pole = erfa.pom00(earth.xp_rad, earth.yp_rad, erfa.sp00(tt1, tt2))
    return np.asarray(erfa.c2tcio(celestial, erfa.era00(ut1, ut2), pole))


def omega_earth_gcrf(epoch: Epoch) -> Floats:
    """Angular velocity of itrf in gcrf axes, (3,) rad/s: spin with length of day, and precession."""
    table = earth_orientation(epoch, -3_600.0, 3_600.0)
    return np.asarray(table.omega_earth_gcrf(jnp.asarray(0.0)))


def itrf_from_gcrf(epoch: Epoch, r_gcrf: Floats, v_gcrf: Floats) -> tuple[Floats, Floats]:
    """Position m and velocity m/s relative to the turning Earth, from (3,) inertial ones."""
    dcm = dcm_itrf_from_gcrf(epoch)
    return dcm @ r_gcrf, dcm @ (v_gcrf - np.cross(omega_earth_gcrf(epoch), r_gcrf))


def gcrf_from_itrf(epoch: Epoch, r_itrf: Floats, v_itrf: Floats) -> tuple[Floats, Floats]:
    """Inertial position m and velocity m/s from (3,) Earth-fixed ones."""
    dcm = dcm_itrf_from_gcrf(epoch).T
    r_gcrf = dcm @ r_itrf
    return r_gcrf, dcm @ v_itrf + np.cross(omega_earth_gcrf(epoch), r_gcrf)


def dcm_pef_from_teme(epoch: Epoch) -> Floats:
    """Rotation by Greenwich mean sidereal time 1982 about the pole of date, (3, 3): what defines SGP4's frame.

    **Source** Vallado et al. 2006, AIAA 2006-6753, appendix C.
    """
    return np.asarray(erfa.rz(erfa.gmst82(*epoch.jd("ut1")), np.eye(3)))


def dcm_itrf_from_pef(epoch: Epoch) -> Floats:
    """Polar motion of the IERS, (3, 3)."""
    earth = earth_parameters(epoch.tai_s + epoch.fraction_s)
    return np.asarray(erfa.pom00(earth.xp_rad, earth.yp_rad, 0.0))


def dcm_gcrf_from_teme(epoch: Epoch) -> Floats:
    """Rotation from the frame of SGP4 (true equator, mean equinox of date), (3, 3).

    **Model** teme -> pef (GMST 1982) -> itrf (polar motion) -> gcrf (IAU 2006/2000A): teme is defined by its turn to
    the Earth, so this holds no 1980 nutation. The way through IAU 76/80 with the pole corrections of the IERS
    agrees to centimetres in low orbit; without the corrections it is off by metres.
    **Source** Vallado et al. 2006, AIAA 2006-6753, appendix C.
    """
    return np.asarray(dcm_itrf_from_gcrf(epoch).T @ dcm_itrf_from_pef(epoch) @ dcm_pef_from_teme(epoch))


def dcms_gcrf_from_teme(epoch: Epoch, t_s: ArrayLike) -> Floats:
    """`dcm_gcrf_from_teme` at `t_s` (instant,) s after `epoch`, (instant, 3, 3), for a thirtieth of the time."""
    t = np.asarray(t_s, dtype=np.float64)
    earth = earth_parameters(epoch.tai_s + epoch.fraction_s + t)
    tt1, tt2 = jd_grid(epoch, t, "tt")
    ut1, tai2 = jd_grid(epoch, t, "tai")
    ut2 = tai2 + earth.ut1_minus_tai_s / 86_400.0
    x, y, s = erfa.xys06a(tt1, tt2)
    celestial = erfa.c2ixys(x + earth.dx_rad, y + earth.dy_rad, s)
    pole = erfa.pom00(earth.xp_rad, earth.yp_rad, erfa.sp00(tt1, tt2))
    itrf_from_gcrf = np.asarray(erfa.c2tcio(celestial, erfa.era00(ut1, ut2), pole))
    itrf_from_pef = np.asarray(erfa.pom00(earth.xp_rad, earth.yp_rad, 0.0))
    pef_from_teme = np.asarray(erfa.rz(erfa.gmst82(ut1, ut2), np.eye(3)))
    return np.asarray(np.swapaxes(itrf_from_gcrf, -1, -2) @ itrf_from_pef @ pef_from_teme)


def dcm_gcrf_from_eme2000() -> Floats:
    """Frame bias, constant, (3, 3): 23 mas, 0.8 m in low orbit. **Source** IAU 2000; `erfa.bp00`."""
    bias, _, _ = erfa.bp00(2_451_545.0, 0.0)
    return np.asarray(bias).T


class EarthOrientation(eqx.Module):
    """Earth orientation over the days of a flight, for compiled code.

    Parameters
    ----------
    slow : table of X, Y (pole), s, xp, yp, s' in rad and UT1-TAI minus its value at t = 0 in s.
    turns : () Earth rotation angle at t = 0, turns.

    **Model** as the host function `dcm_itrf_from_gcrf`, agreeing to 1e-11 rad (tested); the Earth rotation angle is
    computed from `t_s` itself with whole days taken out.
    """

    slow: UniformTable
    turns: Scalar

    @traced_once
    def dcm_itrf_from_gcrf(self, t_s: Scalar) -> Matrix3:
        """Rotation to the Earth-fixed frame at `t_s` (s from the flight's epoch)."""
        x, y, s, xp, yp, sp, ut1 = self.slow(t_s)
        day = t_s / 86_400.0
        turns = self.turns + (day - jnp.floor(day)) + ERA_EXCESS_TURNS_DAY * day
        turns = turns + (1.0 + ERA_EXCESS_TURNS_DAY) * ut1 / 86_400.0
        angle = 2.0 * jnp.pi * (turns - jnp.floor(turns)) - s
        z = jnp.sqrt(1.0 - x * x - y * y)
        a = 1.0 / (1.0 + z)
        cirs_from_gcrf = jnp.stack(
            [
                jnp.stack([1.0 - a * x * x, -a * x * y, -x]),
                jnp.stack([-a * x * y, 1.0 - a * y * y, -y]),
                jnp.stack([x, y, z]),
            ]
        )
        return _rotation(0, -yp) @ _rotation(1, -xp) @ _rotation(2, sp + angle) @ cirs_from_gcrf

    @traced_once
    def omega_earth_gcrf(self, t_s: Scalar) -> Vector3:
        """Angular velocity of itrf in gcrf axes, (3,) rad/s: spin with length of day, and the pole's own motion.

        **Ignores** the rate of polar motion (2 mas a day, 2e-13 rad/s: 1 um/s in low orbit).
        """
        x, y = self.slow(t_s)[:2]
        rates = self.slow.rate(t_s)
        z = jnp.sqrt(1.0 - x * x - y * y)
        pole = jnp.stack([x, y, z])
        pole_rate = jnp.stack([rates[0], rates[1], -(x * rates[0] + y * rates[1]) / z])
        spin = 2.0 * jnp.pi * (1.0 + ERA_EXCESS_TURNS_DAY) / 86_400.0 * (1.0 + rates[6])
        return spin * pole + jnp.cross(pole, pole_rate)


def earth_orientation(epoch: Epoch, start_s: float | int, end_s: float | int) -> EarthOrientation:
    """Prepare the orientation from `start_s` to `end_s` (s from `epoch`).

    Raises
    ------
    CoverageError : the IERS data do not reach.
    """
    if not (math.isfinite(start_s) and math.isfinite(end_s) and end_s > start_s):
        raise InputError("the span must end after it starts", key="start_s, end_s", value=(start_s, end_s))
    count = max(4, math.ceil((end_s - start_s) / TABLE_STEP_S) + 3)
    t = start_s + TABLE_STEP_S * (np.arange(count) - 1)
    tai = epoch.tai_s + epoch.fraction_s
    earth, now = earth_parameters(tai + t), earth_parameters(tai)
    tt1, tt2 = jd_grid(epoch, t, "tt")
    x, y, s = erfa.xys06a(tt1, tt2)
    ut1 = earth.ut1_minus_tai_s - now.ut1_minus_tai_s
    slow = np.stack(
        [x + earth.dx_rad, y + earth.dy_rad, s, earth.xp_rad, earth.yp_rad, np.asarray(erfa.sp00(tt1, tt2)), ut1],
        axis=1,
    )
    turns = float(erfa.era00(*epoch.jd("ut1"))) / (2.0 * math.pi)
    return EarthOrientation(cubic_table(float(t[0]), TABLE_STEP_S, slow), jnp.asarray(turns))


def _rotation(axis: int, angle: Scalar) -> Matrix3:
    """Rotation of the axes about axis 0, 1 or 2 by `angle` rad."""
    c, s = jnp.cos(angle), jnp.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    rows = [[jnp.zeros_like(c)] * 3 for _ in range(3)]
    rows[axis][axis], rows[i][i], rows[j][j], rows[i][j], rows[j][i] = jnp.ones_like(c), c, c, s, -s
    return jnp.stack([entry for row in rows for entry in row]).reshape(3, 3)

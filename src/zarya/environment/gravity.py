"""The Earth's gravity field as spherical harmonics, in the Earth-fixed frame."""

import math
from functools import cache
from importlib.resources import as_file, files

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3, traced_once
from zarya.errors import CoverageError, InputError

MAX_DEGREE = 120
"""Highest degree shipped."""

type Floats = NDArray[np.float64]
type _Carry = tuple[Array, Array, Array, Array, Array]
type _Row = tuple[Array, Array, Array, Array]


class GravityField(eqx.Module):
    """A gravity field ready for `acceleration_itrf`; degree and order are the shape of its arrays.

    Parameters
    ----------
    gm_m3_s2, radius_m : () scale of the coefficients.
    j2 : () -sqrt(5) C20, for the part of the field that a held load keeps exact.
    along, across : (row, order) factors of the recursion over degree, one row per degree 0..degree+1.
    begins : (row, order) 1 where the column of an order begins.
    sectoral : (order,) normalisation of the harmonics of degree = order.
    gradient : (row, 6, order) coefficients of the three Cartesian derivatives: cosine x, y, z, sine x, y, z.

    The derivative of a solid harmonic is again one, of one degree more: the coefficients of the gradient are made once
    on the host, so that evaluating the field needs no derivative of a Legendre function.
    """

    gm_m3_s2: Scalar
    radius_m: Scalar
    j2: Scalar
    along: Float[Array, "row order"]
    across: Float[Array, "row order"]
    begins: Float[Array, "row order"]
    sectoral: Float[Array, " order"]
    gradient: Float[Array, "row 6 order"]

    @property
    def degree(self) -> int:
        """Highest degree (and order)."""
        return int(self.along.shape[0]) - 2


@cache
def load_gravity(model: str = "egm2008", degree: int = 20) -> GravityField:
    """A shipped field cut at `degree` (and order).

    **Source** EGM2008, tide-free: Pavlis et al. 2012, JGR 117 B04406. **Valid** degree 0 to 120.

    Raises
    ------
    InputError : no such model. CoverageError : degree not shipped.
    """
    if model != "egm2008":
        raise InputError("no such gravity model", key="model", value=model, remedy="Use egm2008.")
    if not 0 <= degree <= MAX_DEGREE:
        raise CoverageError(
            f"the field is shipped for degree 0 to {MAX_DEGREE}", file="egm2008_120.npz", key="degree", value=degree
        )
    with as_file(files("zarya.environment") / "data" / "egm2008_120.npz") as path, np.load(path) as data:
        c, s = np.zeros((MAX_DEGREE + 1, MAX_DEGREE + 1)), np.zeros((MAX_DEGREE + 1, MAX_DEGREE + 1))
        lower = np.tril_indices(MAX_DEGREE + 1)
        c[lower], s[lower] = data["c"], data["s"]
        gm, radius = float(data["gm_m3_s2"]), float(data["radius_m"])
    return gravity_field(gm, radius, c[: degree + 1, : degree + 1], s[: degree + 1, : degree + 1])


def gravity_field(gm_m3_s2: float, radius_m: float, c: Floats, s: Floats) -> GravityField:
    """A field from fully normalised coefficients `c`, `s`, each (degree + 1, order + 1), `c[0, 0]` = 1.

    **Source** gradient: Cunningham 1970, Celest. Mech. 2, 207-216, as in Montenbruck & Gill, Satellite Orbits,
    eq. 3.33, times the ratios of the normalisations.
    """
    size = c.shape[0] + 1  # the gradient has one degree more
    n, m = np.arange(size)[:, None], np.arange(size)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        a2 = (2.0 * n + 1.0) * (2.0 * n - 1.0) / ((n - m) * (n + m))
        b2 = (2.0 * n + 1.0) * (n - m - 1.0) * (n + m - 1.0) / ((2.0 * n - 3.0) * (n + m) * (n - m))
    along = np.sqrt(np.where(m < n, a2, 0.0))
    across = np.sqrt(np.where(m < n - 1, b2, 0.0))
    sectoral = np.cumprod([1.0] + [math.sqrt(3.0 if k == 1 else (2.0 * k + 1.0) / (2.0 * k)) for k in range(1, size)])
    return GravityField(
        gm_m3_s2=jnp.asarray(float(gm_m3_s2)),
        radius_m=jnp.asarray(float(radius_m)),
        j2=jnp.asarray(-math.sqrt(5.0) * float(c[2, 0]) if c.shape[0] > 2 else 0.0),
        along=jnp.asarray(along),
        across=jnp.asarray(across),
        begins=jnp.asarray(np.eye(size)),
        sectoral=jnp.asarray(sectoral),
        gradient=jnp.asarray(_gradient(c, s)),
    )


def _gradient(c: Floats, s: Floats) -> Floats:
    """(degree + 2, 6, degree + 2) coefficients of the derivatives, fully normalised, in units of GM/R^2."""
    size = c.shape[0] + 1
    gradient = np.zeros((size, 6, size))
    for n in range(size - 1):
        for m in range(n + 1):
            ratio = (2.0 * n + 1.0) / (2.0 * n + 3.0)
            cosine, sine = float(c[n, m]), float(s[n, m])
            same = math.sqrt(ratio * (n - m + 1) * (n + m + 1))
            up = math.sqrt(ratio * (n + m + 1) * (n + m + 2) * (0.5 if m == 0 else 1.0))
            row = gradient[n + 1]
            row[2, m] -= same * cosine
            row[5, m] -= same * sine
            half = 1.0 if m == 0 else 0.5
            row[0, m + 1] -= half * up * cosine
            row[3, m + 1] -= half * up * sine
            row[1, m + 1] += half * up * sine
            row[4, m + 1] -= half * up * cosine
            if m > 0:
                down = 0.5 * math.sqrt(ratio * (n - m + 1) * (n - m + 2) * (2.0 if m == 1 else 1.0))
                row[0, m - 1] += down * cosine
                row[3, m - 1] += down * sine
                row[1, m - 1] += down * sine
                row[4, m - 1] -= down * cosine
    return gradient


@traced_once
def acceleration_itrf(field: GravityField, r_itrf: Vector3) -> Vector3:
    """Attraction of the field at `r_itrf` (m), (3,) m/s2, the central term included.

    **Model** gradient of U = GM/r sum (R/r)^n Pnm(sin phi) (Cnm cos m lambda + Snm sin m lambda), fully normalised. The
    harmonics are split as in Pines 1973 into the sectoral one, a power of (x + i y), and a factor q that obeys
    q[n] = a (z R / r^2) q[n-1] - b (R / r)^2 q[n-2]: no singularity at the poles. Rolled over degree, vector over
    order.
    **Source** Pines 1973, AIAA J. 11(11), 1508-1511; normalised recursion: Holmes & Featherstone 2002, J. Geod. 76,
    279-299.
    **Valid** outside the reference sphere at any degree shipped (tested against a sum in extended precision).
    **Ignores** tides of the solid Earth and the oceans, and the drift of the low degrees.
    """
    r2 = jnp.sum(r_itrf**2)
    scale = field.radius_m / r2
    along, across = r_itrf[2] * scale, field.radius_m * scale  # z R/r^2, (R/r)^2
    turn_x, turn_y = r_itrf[0] * scale, r_itrf[1] * scale
    none = 0.0 * along * field.sectoral

    def step(carry: _Carry, row: _Row) -> tuple[_Carry, tuple[Array, Array]]:
        q1, q2, total, cosine, sine = carry
        a, b, begins, gradient = row
        q = a * along * q1 - b * across * q2 + begins
        turned = (turn_x * cosine - turn_y * sine, turn_x * sine + turn_y * cosine)
        return (q, q1, total + gradient * q, *turned), (cosine, sine)

    start = (none, none, 0.0 * along * field.gradient[0], jnp.sqrt(across), 0.0 * along)
    rows = (field.along, field.across, field.begins, field.gradient)
    (_, _, total, _, _), (cosine, sine) = jax.lax.scan(step, start, rows)
    sums = total[:3] @ (field.sectoral * cosine) + total[3:] @ (field.sectoral * sine)
    return field.gm_m3_s2 / field.radius_m**2 * sums


@traced_once
def central_j2_acceleration(
    gm_m3_s2: Scalar, radius_m: Scalar, j2: Scalar, r_gcrf: Vector3, pole_gcrf: Vector3
) -> Vector3:
    """Attraction of a point mass and of J2 about `pole_gcrf` (unit vector), (3,) m/s2, any frame.

    **Source** Vallado, Fundamentals of Astrodynamics, eq. 8-30, written with the pole as a vector.
    """
    r2 = jnp.sum(r_gcrf**2)
    r = jnp.sqrt(r2)
    sine = jnp.dot(r_gcrf, pole_gcrf) / r
    j = 1.5 * j2 * radius_m**2 / r2
    return -gm_m3_s2 / (r2 * r) * ((1.0 + j * (1.0 - 5.0 * sine**2)) * r_gcrf + 2.0 * j * sine * r * pole_gcrf)

"""Prepare an ascent on the host: pad, first-stage programme for the most payload, target corrected by flying it."""

import math
from dataclasses import dataclass, replace
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.optimize import minimize

from zarya.arrays import Scalar, Vector3
from zarya.constants import MEAN_RADIUS_EARTH_M
from zarya.dynamics.loads import Gravity
from zarya.dynamics.runge_kutta import run
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import Surroundings
from zarya.environment.atmosphere import us76
from zarya.environment.gravity import GravityField, load_gravity
from zarya.environment.wind import WindProfile, calm
from zarya.errors import InputError
from zarya.flight.ascent.dispersion import nominal
from zarya.flight.ascent.flown import BLOCK
from zarya.flight.ascent.log import AscentLog, fly
from zarya.flight.ascent.plan import THIN_BOTTOM_M, THIN_NODES, THIN_STEP_M, AscentPlan
from zarya.flight.ascent.stack import timed
from zarya.flight.ascent.stretches import stretches
from zarya.flight.phase import Handover
from zarya.frames import EarthOrientation, dcm_gcrf_from_teme, geodetic_from_itrf, itrf_from_geodetic
from zarya.gnc.pitch_programme import PitchProgramme
from zarya.gnc.upfg import Target
from zarya.orbits.mean import mean_from_osculating
from zarya.programs import program
from zarya.time import Epoch
from zarya.units import DEG
from zarya.vehicles.launcher import LauncherData
from zarya.vehicles.site import Place, SiteData

type Floats = NDArray[np.float64]

GRAVITY_DEGREE: Final = 8
STEP_S: Final = 1.0
"""Even steps are at most this long; the clock's instants cut them further."""
CYCLE: Final = 4
"""Integration steps per call of guidance (about 4 s); calls twice as often leave 2 kg more propellant."""
TABLE_NODES, TABLE_STEP_S = 400, 0.5
"""Of the table of the axis, s (longer when the first stage burns beyond 199 s); the programme's corners fall on it."""
_RAMP_S, _HOLD_S = 8.0, 7.0
"""The first turn and how long it is kept: the gravity turn has begun by 25 s, at a dynamic pressure of a few kPa."""
SPARE_KG: Final = 3000.0
"""While a programme is sought the last stage may burn this far below its residual: the search then has no edge."""


@dataclass(frozen=True)
class InsertionTarget:
    """The orbit to leave the ship in.

    Parameters
    ----------
    perigee_m, apogee_m : m, lowest and highest height over WGS84 in the first revolution.
    inclination_rad, raan_rad : rad, mean elements (J2 short-period terms removed) in TEME at separation.
    """

    perigee_m: float
    apogee_m: float
    inclination_rad: float
    raan_rad: float


@dataclass(frozen=True)
class Measured:
    """The orbit a flight ended in, in the terms of `InsertionTarget`, and the state it was measured at."""

    perigee_m: float
    apogee_m: float
    inclination_rad: float
    raan_rad: float
    argument_of_latitude_rad: float


def flown(plan: AscentPlan) -> tuple[Handover, AscentLog]:
    """The ascent as planned."""
    return fly(plan, nominal(plan.launcher.thrust_vacuum_n.shape[0]))


def prepare(
    launcher: LauncherData,
    payload_kg: float,
    site: SiteData,
    epoch: Epoch,
    around: Surroundings,
    target: InsertionTarget,
    *,
    wind: WindProfile | None = None,
    ship_tank_kg: Floats | None = None,
    corrections: int = 3,
) -> AscentPlan:
    """Plan an ascent. Host side.

    Parameters
    ----------
    launcher : as it flies with its ship (`LauncherData.for_ship`). payload_kg : kg, the ship as loaded.
    site : the pad. epoch : lift-off. around : surroundings from lift-off to a revolution after. target : the orbit.
    wind : of the day, calm if absent. ship_tank_kg : (tank,) kg, propellant inside the payload.
    corrections : rounds of flying, measuring the orbit and moving the target of guidance.

    **Model** the kick angle and azimuth of the first stage are those that leave most propellant within the limits of
    the launcher (simplex search over whole flights); the axis so flown is fixed as a table of time. Cut-off is at a
    flight path angle of zero (0.1 deg either way costs Soyuz 33 and 55 kg); radius, speed and plane there are
    corrected until the first revolution, flown in the
    full field, has the heights asked for, and the mean plane is the one asked for.
    """
    plan = _first_plan(launcher, payload_kg, site, epoch, around, target, wind or calm(), ship_tank_kg)
    plan = optimised(plan)
    for _ in range(2):
        plan, _m = corrected(plan, epoch, around, target)
    plan = optimised(plan, tight=True)
    plan = tabulated(plan)
    for _ in range(corrections):
        plan, _m = corrected(plan, epoch, around, target)
    return plan


def normal_gcrf(epoch: Epoch, inclination_rad: float, raan_rad: float) -> Floats:
    """Unit normal of a plane given in TEME of `epoch`, (3,)."""
    si, ci, so, co = math.sin(inclination_rad), math.cos(inclination_rad), math.sin(raan_rad), math.cos(raan_rad)
    return np.asarray(dcm_gcrf_from_teme(epoch) @ np.array([si * so, -si * co, ci]), dtype=np.float64)


def tabulated(plan: AscentPlan) -> AscentPlan:
    """The plan with its first stage fixed: the axis of the flight as flown, as a smooth table of time."""
    history, end_s = flown(plan)[1].history, float(plan.closed_loop_s)
    t, first = np.unique(np.asarray(history.t_s), return_index=True)
    is_open = t < end_s - 1e-6
    t, axis = t[is_open], np.asarray(history.axis_gcrf)[first[is_open]]
    onward = axis[-1] + (axis[-1] - axis[-2]) * (end_s + 1.0 - t[-1]) / (t[-1] - t[-2])
    smooth = PchipInterpolator(np.append(t, end_s + 1.0), np.concatenate([axis, onward[None]]))
    times = np.arange(TABLE_NODES) * max(TABLE_STEP_S, (end_s + 1.0) / (TABLE_NODES - 1))
    table = smooth(np.minimum(times, end_s + 1.0))
    fixed = {"is_tabulated": _strong(1.0), "table_step_s": _strong(times[1]), "axis_gcrf": jnp.asarray(table)}
    return replace(plan, programme=replace(plan.programme, **fixed))


def optimised(plan: AscentPlan, *, tight: bool = False, is_near: bool = False, spare: bool = False) -> AscentPlan:
    """The plan with the kick and azimuth that leave most propellant in the last stage within the limits.

    `tight` polishes a solution, `is_near` starts from the plan's kick without a scan; `spare` leaves the plan able
    to burn into what is not there (`SPARE_KG` below the residual).
    """
    free = spared(plan)
    limits = plan.launcher

    def steered(kick_rad: float, azimuth_rad: float, of: AscentPlan) -> AscentPlan:
        p = replace(of.programme, kick_rad=_strong(kick_rad), azimuth_rad=_strong(azimuth_rad))
        return replace(of, programme=p)

    def loss(x: Floats) -> float:
        course = flown(steered(x[0] * DEG, x[1] * DEG, free))[1].course
        left = float(course.propellant_left_kg) - SPARE_KG
        miss = abs(float(jnp.linalg.norm(course.cutoff.r_gcrf)) - float(plan.target.radius_m)) / 10.0
        if not math.isfinite(left) or not math.isfinite(float(course.cutoff_s)):
            return 1e5 + 1e3 * float(abs(x[0] - 4.0))
        over = (
            max(0.0, float(course.max_dynamic_pressure_pa / limits.max_dynamic_pressure_pa) - 1.0)
            + max(0.0, float(course.max_q_alpha_pa_rad / limits.max_q_alpha_pa_rad) - 1.0)
            + max(0.0, float(course.max_axial_g / limits.max_axial_g) - 1.0)
        )
        return max(0.0, miss - 50.0) + 1e4 * over - left

    kick, azimuth = float(plan.programme.kick_rad) / DEG, float(plan.programme.azimuth_rad) / DEG
    if not (tight or is_near):
        kick = min(np.linspace(1.0, 9.0, 9), key=lambda k: loss(np.array([k, azimuth])))
    size = (0.1, 0.3) if tight else (0.6, 2.0)
    start = np.array([kick, azimuth])
    simplex = start + np.array([[0.0, 0.0], [size[0], 0.0], [0.0, size[1]]])
    found = minimize(
        loss,
        start,
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "xatol": 0.01, "fatol": 0.2, "maxfev": 25 if tight else 60},
    )
    if found.fun > 5e4:
        raise InputError(
            "no first-stage programme brings this payload to the orbit asked for",
            key="payload_kg",
            value=float(plan.payload_kg),
            remedy="Lower the payload or the orbit, or check the launcher's masses and thrusts.",
        )
    return steered(found.x[0] * DEG, found.x[1] * DEG, free if spare else plan)


def spared(plan: AscentPlan) -> AscentPlan:
    """The plan able to burn `SPARE_KG` below the residual of its last stage."""
    residual = plan.launcher.residual_kg.at[-1].add(-SPARE_KG)
    return replace(plan, launcher=replace(plan.launcher, residual_kg=residual))


def _strong(value: float | Scalar) -> Scalar:
    """A float64 scalar, not weakly typed: plans that differ in numbers share one compiled program."""
    return jnp.asarray(value, dtype=jnp.float64)


@program
def _heights_m(ship: State, duration_s: Scalar, field: GravityField, earth: EarthOrientation) -> Float[Array, " node"]:
    """Heights over WGS84 along one revolution, (node,) m."""
    _, path = run(ship, duration_s, 192, (Gravity(field, earth),))
    return jax.vmap(lambda t, r: geodetic_from_itrf(earth.dcm_itrf_from_gcrf(t) @ r)[2])(path.t_s, path.r_gcrf)


_mean = program(mean_from_osculating)
_timed = program(timed)


@program
def _pad(place: Place, earth: EarthOrientation, middle_s: Scalar) -> tuple[Vector3, Vector3, Vector3]:
    """The pad in gcrf at lift-off, and the Earth's angular velocity and pole at `middle_s`."""
    r_itrf = itrf_from_geodetic(place.latitude_rad, place.longitude_rad, place.height_m)
    r_pad = earth.dcm_itrf_from_gcrf(jnp.zeros(())).T @ r_itrf
    return r_pad, earth.omega_earth_gcrf(middle_s), earth.dcm_itrf_from_gcrf(middle_s)[2]


def measured(ship: State, epoch: Epoch, around: Surroundings) -> Measured:
    """The insertion orbit of a ship at separation: a revolution flown in the field, and mean elements in TEME."""
    separation = epoch + float(ship.t_s)
    dcm = dcm_gcrf_from_teme(separation).T
    mean = _mean(jnp.asarray(dcm @ np.asarray(ship.r_gcrf)), jnp.asarray(dcm @ np.asarray(ship.v_gcrf)))
    period = 2.0 * math.pi * math.sqrt(float(mean.a_m) ** 3 / float(around.field.gm_m3_s2))
    heights = np.asarray(_heights_m(ship, jnp.asarray(period), around.field, around.earth))
    return Measured(-peak(-heights), peak(heights), float(mean.i_rad), float(mean.raan_rad), float(mean.u_rad))


def corrected(
    plan: AscentPlan, epoch: Epoch, around: Surroundings, target: InsertionTarget
) -> tuple[AscentPlan, Measured]:
    """One round of the outer loop: fly, measure the orbit, move the cut-off conditions by what is missing.

    **Model** Newton on (radius, speed), the Jacobian from the measured orbit itself with its state moved; the normal is
    turned by the error of the mean plane.
    """
    handover, log = flown(plan)
    if math.isnan(float(log.course.cutoff_s)):  # too heavy: aim as if there were enough, fly what there is
        handover, log = flown(spared(plan))
    ship = handover.ship
    now = measured(ship, epoch, around)
    r, v = np.asarray(ship.r_gcrf), np.asarray(ship.v_gcrf)
    up, along = r / np.linalg.norm(r), v / np.linalg.norm(v)
    columns = []
    for dr, dv, size in ((2000.0 * up, 0.0 * along, 2000.0), (0.0 * up, 3.0 * along, 3.0)):
        moved = replace(ship, r_gcrf=jnp.asarray(r + dr), v_gcrf=jnp.asarray(v + dv))
        there = measured(moved, epoch, around)
        columns.append([(there.perigee_m - now.perigee_m) / size, (there.apogee_m - now.apogee_m) / size])
    wanted = np.array([target.perigee_m - now.perigee_m, target.apogee_m - now.apogee_m])
    change = np.linalg.solve(np.array(columns).T, wanted)
    change = np.clip(change, [-20_000.0, -60.0], [20_000.0, 60.0])
    separation = epoch + float(ship.t_s)
    asked = normal_gcrf(separation, target.inclination_rad, target.raan_rad)
    got = normal_gcrf(separation, now.inclination_rad, now.raan_rad)
    normal = np.asarray(plan.target.normal_gcrf) + asked - got
    aim = Target(
        normal_gcrf=jnp.asarray(normal / np.linalg.norm(normal)),
        radius_m=_strong(plan.target.radius_m + change[0]),
        speed_m_s=_strong(plan.target.speed_m_s + change[1]),
        flight_path_rad=plan.target.flight_path_rad,
    )
    return replace(plan, target=aim), now


def peak(values: Floats) -> float:
    """Largest of (n,) values or between them: vertex of the parabola through the highest and its neighbours."""
    k = int(np.argmax(values))
    if k in (0, values.size - 1):
        return float(values[k])
    a, b, c = values[k - 1], values[k], values[k + 1]
    bend = a - 2.0 * b + c
    return float(b if bend == 0.0 else b - 0.125 * (a - c) ** 2 / bend)


def _first_plan(
    data: LauncherData,
    payload_kg: float,
    site: SiteData,
    epoch: Epoch,
    around: Surroundings,
    target: InsertionTarget,
    wind: WindProfile,
    ship_tank_kg: Floats | None,
) -> AscentPlan:
    launcher, place = data.pytree(), site.pytree()
    r_pad, omega, pole = (
        np.asarray(x) for x in _pad(place, around.earth, _strong(data.programme.insertion_met_s.value / 2.0))
    )
    normal = normal_gcrf(epoch + data.programme.insertion_met_s.value, target.inclination_rad, target.raan_rad)
    never = jnp.asarray(1e4)
    settled = _timed(launcher, never)
    end_s = float(settled.cutoff_s[-1])
    events = int(launcher.throttle[..., 0].size + 3 * len(data.stage) + launcher.jettison_s.size + 3)
    steps = CYCLE * BLOCK * math.ceil((end_s / STEP_S + events + 40.0) / (CYCLE * BLOCK))
    mean_radius = 0.5 * (target.perigee_m + target.apogee_m) + MEAN_RADIUS_EARTH_M
    radius = target.perigee_m + 6_366_000.0  # the ground at 49 deg, near a Soyuz cut-off; `corrected` sets it right
    gm = float(around.field.gm_m3_s2)
    aim = Target(
        normal_gcrf=jnp.asarray(normal),
        radius_m=_strong(radius),
        speed_m_s=_strong(math.sqrt(gm * (2.0 / radius - 1.0 / mean_radius))),
        flight_path_rad=_strong(0.0),
    )
    delay = data.stage[-1].separation_delay_s
    tanks = np.zeros(1) if ship_tank_kg is None else np.asarray(ship_tank_kg, dtype=np.float64)
    v_pad = np.cross(omega, r_pad)
    return AscentPlan(
        launcher=launcher,
        payload_kg=_strong(float(payload_kg)),
        ship_tank_kg=jnp.asarray(tanks),
        r_pad_gcrf=jnp.asarray(r_pad),
        v_pad_gcrf=jnp.asarray(v_pad),
        pole_gcrf=jnp.asarray(pole),
        omega_gcrf=jnp.asarray(omega),
        earth=around.earth,
        field=load_gravity("egm2008", GRAVITY_DEGREE),
        thin_air=_thin_air(around, place),
        wind=wind,
        programme=PitchProgramme(
            vertical_rise_s=launcher.vertical_rise_s,
            ramp_s=_strong(_RAMP_S),
            hold_s=_strong(_HOLD_S),
            kick_rad=_strong(4.0 * DEG),
            azimuth_rad=_strong(_azimuth_rad(r_pad, v_pad, pole, normal)),
            is_tabulated=_strong(0.0),
            table_step_s=_strong(1.0),
            axis_gcrf=jnp.tile(jnp.asarray([1.0, 0.0, 0.0]), (TABLE_NODES, 1)),
        ),
        target=aim,
        closed_loop_s=jnp.min(settled.separation_s),
        separation_delay_s=_strong(3.0 if delay is None else delay.value),
        end_s=_strong(end_s),
        gm_m3_s2=around.field.gm_m3_s2,
        burns=stretches(data, settled, payload_kg),
        steps=steps,
        cycle=CYCLE,
    )


@program
def _thin_air(around: Surroundings, place: Place) -> Float[Array, " node"]:
    """Logarithm of the density of the day above the pad over that of US76 continued; 0 at the bottom."""
    start = jnp.zeros(())
    sun = around.earth.dcm_itrf_from_gcrf(start) @ around.ephemeris.sun(start)

    def ratio(height_m: Scalar) -> Scalar:
        r_itrf = itrf_from_geodetic(place.latitude_rad, place.longitude_rad, height_m)
        return jnp.log(around.air.density_kg_m3(start, r_itrf, sun) / us76(height_m).density_kg_m3)

    heights = THIN_BOTTOM_M + THIN_STEP_M * jnp.arange(THIN_NODES)
    ratios: Float[Array, " node"] = jax.vmap(ratio)(heights)
    return ratios


def _azimuth_rad(r_pad: Floats, v_pad: Floats, pole: Floats, normal: Floats) -> float:
    """Azimuth relative to the turning Earth of the velocity still to be gained along the orbit."""
    up = r_pad / np.linalg.norm(r_pad)
    east = np.cross(pole, up)
    east /= np.linalg.norm(east)
    north = np.cross(up, east)
    along = np.cross(normal, up)
    gained = 7800.0 * along / np.linalg.norm(along) - v_pad
    return math.atan2(float(gained @ east), float(gained @ north))

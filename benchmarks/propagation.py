"""One day in low orbit, EGM2008 20 x 20 with Sun and Moon: our arcs against satkit, in time and in metres.

    python benchmarks/propagation.py [--repeat 20]

Needs `satkit` and, for its planetary ephemeris, `satkit-data`; satkit reads our IERS Earth orientation. Both sides are
timed warm, compiling and loading files apart; the better of the repeats counts.
"""

import zarya  # noqa: F401, I001  (first: it sets float64 before jax starts)

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from zarya.arrays import Scalar, Vector3
from zarya.dynamics.motion import Load
from zarya.dynamics.propagate import arcs_for, coast
from zarya.dynamics.runge_kutta import run
from zarya.dynamics.state import State
from zarya.dynamics.surroundings import orbital_loads, surroundings
from zarya.time import Epoch
from zarya.units import DAY

type Floats = NDArray[np.float64]

EPOCH_UTC = "2023-09-15T15:44:35.417Z"
R_GCRF = np.array([4_310_700.0, 4_930_300.0, 1_824_060.0])
V_GCRF = np.array([-2_671.77, 4_437.80, -5_641.86])
BATCH = 100


def timed(act: Callable[[], Floats], repeat: int) -> tuple[Floats, float, float]:
    """Result, seconds of the first call, least seconds of the others."""
    began = time.perf_counter()
    result = act()
    first = time.perf_counter() - began
    least = np.inf
    for _ in range(repeat):
        began = time.perf_counter()
        result = act()
        least = min(least, time.perf_counter() - began)
    return result, first, float(least)


@eqx.filter_jit
def _picard(at: State, loads: tuple[Load, ...], gm_m3_s2: Scalar, arcs: int) -> Vector3:
    return coast(at, jnp.asarray(DAY), loads, gm_m3_s2, arcs=arcs).r_gcrf


@eqx.filter_jit
def _picard_batch(at: State, loads: tuple[Load, ...], gm_m3_s2: Scalar, arcs: int) -> jax.Array:
    return jax.vmap(lambda one: coast(one, jnp.asarray(DAY), loads, gm_m3_s2, arcs=arcs).r_gcrf)(at)


@eqx.filter_jit
def _runge_kutta(at: State, loads: tuple[Load, ...]) -> Vector3:
    return run(at, jnp.asarray(DAY), 8_640, loads)[0].r_gcrf


def on_host(act: Callable[..., jax.Array], *arguments: object) -> Floats:
    """The finished result of a compiled function."""
    return np.asarray(act(*arguments))


def by_satkit(degree: int, error: float) -> Callable[[], Floats]:
    """A call that flies the day with satkit: same field, Sun and Moon, no tides, no relativity."""
    import satkit

    settings = satkit.propsettings()
    settings.abs_error = settings.rel_error = error
    settings.gravity_degree = settings.gravity_order = degree
    settings.use_relativistic_correction = False
    settings.tide_model = satkit.tidemodel.none
    settings.enable_interp = False
    start = satkit.time.from_string(EPOCH_UTC)
    state = np.concatenate([R_GCRF, V_GCRF])
    return lambda: np.asarray(satkit.propagate(state, start, duration_secs=DAY, propsettings=settings).pos)


def satkit_data(folder: Path) -> None:
    """Give satkit the files it needs, offline: our Earth orientation and its package's ephemeris."""
    os.environ["SATKIT_OFFLINE"] = "1"
    import astropy_iers_data
    import satkit

    (folder / "finals2000A.all").symlink_to(Path(astropy_iers_data.IERS_A_FILE))
    name = "linux_p1550p2650.440"
    (folder / name).symlink_to(str(files("satkit_data") / "data" / name))
    satkit.utils.set_datadir(str(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=20)
    repeat = parser.parse_args().repeat
    epoch = Epoch.from_iso(EPOCH_UTC)
    start = State(jnp.zeros(()), jnp.asarray(R_GCRF), jnp.asarray(V_GCRF), jnp.zeros(1), jnp.asarray(7_000.0))
    rows: dict[str, tuple[Floats, float, float]] = {}
    for degree in (20, 70):
        around = surroundings(epoch, -600.0, DAY + 600.0, degree=degree)
        model = (orbital_loads(around, jnp.asarray(20.0))[:2], around.field.gm_m3_s2, arcs_for(DAY, degree))
        rows[f"zarya Picard {degree}x{degree}"] = timed(partial(on_host, _picard, start, *model), repeat)
        if degree == 20:
            many = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf, (BATCH, *leaf.shape)), start)
            _, _, least = timed(partial(on_host, _picard_batch, many, *model), 2)
            print(f"zarya, batch of {BATCH}: {1e3 * least / BATCH:.2f} ms a day flown")
            rows["zarya RK4 10 s 20x20"] = timed(partial(on_host, _runge_kutta, start, model[0]), 2)
    with tempfile.TemporaryDirectory() as folder:
        satkit_data(Path(folder))
        for degree, error in ((20, 1e-8), (20, 1e-12), (70, 1e-8), (70, 1e-12)):
            rows[f"satkit {error:.0e} {degree}x{degree}"] = timed(by_satkit(degree, error), repeat)
    for name, (r, first, least) in rows.items():
        degree = name.rsplit(" ", 1)[1]
        reference, _, satkit_s = rows[f"satkit 1e-12 {degree}"]
        apart = 1e3 * np.linalg.norm(r - reference)
        print(
            f"{name:24s} first {first:7.3f} s   then {1e3 * least:8.2f} ms"
            f"   satkit 1e-12 / this {satkit_s / least:6.2f}   from satkit 1e-12 {apart:10.3f} mm"
        )


if __name__ == "__main__":
    main()

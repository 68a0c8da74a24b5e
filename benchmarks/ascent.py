"""Ascents of Soyuz-2.1a: seconds to prepare, to compile and to fly one, and flights a second in batches."""

import zarya  # noqa: F401, I001  # before jax, whose settings it makes
import os
import time
from collections.abc import Callable
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from zarya.dynamics.surroundings import surroundings
from zarya.flight.ascent import AscentDispersion, InsertionTarget, fly, fly_bare, nominal, prepare
from zarya.time import Epoch
from zarya.units import DEG
from zarya.vehicles import catalog


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    jax.block_until_ready(call())
    return time.perf_counter() - start


def dispersed(size: int) -> AscentDispersion:
    draw = np.random.default_rng(1).standard_normal
    cases = jax.tree.map(lambda x: jnp.broadcast_to(x, (size, *x.shape)), nominal(3))
    thrust = jnp.asarray(1.0 + 0.005 * draw((size, 3)))
    return eqx.tree_at(lambda c: (c.thrust, c.drag), cases, (thrust, jnp.asarray(1.0 + 0.1 * draw(size))))


def main() -> None:
    epoch = Epoch.from_iso("2023-09-15T15:44:35.417Z")
    around = surroundings(epoch, -600.0, 10_800.0)
    launcher, site = catalog.launcher("soyuz-2.1a").for_ship("soyuz-ms"), catalog.site("baikonur-31-6")
    target = InsertionTarget(200e3, 242e3, 51.65 * DEG, 240.396 * DEG)
    start = time.perf_counter()
    plan = prepare(launcher, 7152.0, site, epoch, around, target)
    print(f"prepare, compiling included: {time.perf_counter() - start:.2f} s")
    print(f"one flight with history: {min(timed(lambda: fly(plan, nominal(3))) for _ in range(5)) * 1e3:.2f} ms")
    batch = jax.jit(jax.vmap(fly_bare, in_axes=(None, 0)))
    cases = dispersed(64)
    (now, _), (converged, _) = batch(plan, cases), batch(replace(plan, parts=8), cases)
    metres = np.linalg.norm(now.ship.r_gcrf - converged.ship.r_gcrf, axis=-1)
    metres_s = np.linalg.norm(now.ship.v_gcrf - converged.ship.v_gcrf, axis=-1)
    print(
        f"64 flights against an eighth of the step: median {np.median(metres):.1f} m, {np.median(metres_s):.3f} m/s, "
        f"worst {metres.max():.1f} m, {metres_s.max():.3f} m/s (goal 10 m, 0.05 m/s)"
    )
    for size in (128, 512):
        cases = dispersed(size)
        first = timed(lambda cases=cases: batch(plan, cases))
        cpu = time.process_time()
        best = min(timed(lambda cases=cases: batch(plan, cases)) for _ in range(5))
        cpu = (time.process_time() - cpu) / 5
        print(
            f"batch of {size}: first call {first:.1f} s, {size / best:.0f} a second, {size / cpu:.0f} a CPU second, "
            f"load {os.getloadavg()[0]:.1f}"
        )


if __name__ == "__main__":
    main()

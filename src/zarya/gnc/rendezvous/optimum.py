"""The least sum of burns that meets a linear aim: a convex program, its bound, and plans of few burns."""

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from zarya.errors import FlightError

type Floats = NDArray[np.float64]

SCALE: Final = np.array([1e-4, 1e-3, 1e-3, 1.0, 1.0, 1.0])
"""Weighs the offset so that all six rows are of the order of m/s."""
_CUTS: Final = 40
_TOLERANCE: Final = 1e-5


@dataclass(frozen=True)
class Optimum:
    """Solution over all allowed nodes.

    Parameters
    ----------
    bound_m_s : m/s, dual value: no set of burns at the allowed nodes meets the linear aim with less.
    primer : (node,) length of the primer vector, at most one, one where burning pays.
    dv_lvlh : (node, 3) m/s, an optimal set of at most six burns.
    """

    bound_m_s: float
    primer: Floats
    dv_lvlh: Floats


def least_burns(by_burn: Floats, wanted: Floats, allowed: NDArray[np.bool_]) -> Optimum:
    """Minimise sum |dv_j| with sum by_burn_j dv_j = wanted over the allowed nodes.

    Parameters
    ----------
    by_burn : (node, 6, 3) change of the offset by burns. wanted : (6,) m, m/s. allowed : (node,).

    **Model** dual: maximise lambda . wanted with |by_burn_j^T lambda| <= 1 (the primer vector). Cutting planes: a
    linear program (HiGHS) in six unknowns, and at each node where the primer exceeds one its direction is added as a
    cut; the multipliers of the cuts are the burns. lambda shortened to feasibility gives the bound.
    **Source** Lawden 1963 (primer vector); Kelley 1960 (cutting planes).
    """
    matrices = by_burn[allowed] * SCALE[:, None]
    goal = wanted * SCALE
    count = len(matrices)
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    node = np.repeat(np.arange(count), 6)
    direction = np.tile(axes, (count, 1))
    bound, primer = 0.0, np.zeros((count, 3))
    for _ in range(_CUTS):
        rows = np.einsum("nij,nj->ni", matrices[node], direction)
        found = linprog(-goal, A_ub=rows, b_ub=np.ones(len(rows)), bounds=(None, None), method="highs")
        if found.status != 0:
            raise FlightError("no set of burns meets the aim at the allowed times", solver=found.message)
        multiplier = np.asarray(found.x, dtype=np.float64)
        primer = np.einsum("nij,i->nj", matrices, multiplier)
        length = np.linalg.norm(primer, axis=1)
        bound = max(bound, float(multiplier @ goal) / max(1.0, float(length.max())))
        worst = np.flatnonzero(length > 1.0 + _TOLERANCE)
        if worst.size == 0:
            break
        node = np.concatenate([node, worst])
        direction = np.concatenate([direction, primer[worst] / length[worst, None]])
    size = -np.asarray(found.ineqlin.marginals)
    dv = np.zeros((count, 3))
    np.add.at(dv, node[: len(size)], size[:, None] * direction[: len(size)])
    full_dv, full_primer = np.zeros((len(by_burn), 3)), np.zeros(len(by_burn))
    full_dv[allowed], full_primer[allowed] = dv, np.linalg.norm(primer, axis=1)
    return Optimum(bound, full_primer, full_dv)


def burns_at(by_burn: Floats, wanted: Floats, nodes: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Least sum of burns at given nodes, for many choices of nodes at once.

    Parameters
    ----------
    nodes : (choice, burn).

    Returns
    -------
    (choice, burn, 3) m/s, and (choice,) m/s, their sums (infinite where the aim is not met).

    **Model** iteratively reweighted least squares: min sum |dv|^2/w with w the last lengths.
    """
    choices, burns = nodes.shape
    matrix = np.moveaxis(by_burn[nodes] * SCALE[:, None], 1, 2).reshape(choices, 6, 3 * burns)
    goal = wanted * SCALE
    weight = np.ones((choices, burns))
    dv = np.zeros((choices, burns, 3))
    for _ in range(40):
        weighted = matrix * np.repeat(weight, 3, axis=1)[:, None, :]
        normal = np.einsum("cij,ckj->cik", weighted, matrix)
        normal += 1e-12 * np.trace(normal, axis1=1, axis2=2)[:, None, None] * np.eye(6)
        multiplier = np.linalg.solve(normal, np.broadcast_to(goal, (choices, 6))[..., None])
        dv = np.einsum("cij,cik->cj", weighted, multiplier).reshape(choices, burns, 3)
        weight = np.linalg.norm(dv, axis=2) + 1e-4
    miss = np.linalg.norm(np.einsum("cij,cj->ci", matrix, dv.reshape(choices, -1)) - goal, axis=1)
    total = np.sum(np.linalg.norm(dv, axis=2), axis=1)
    return dv, np.where(miss < 1e-3 * (1.0 + np.linalg.norm(goal)), total, np.inf)


def few_burns(
    by_burn: Floats, wanted: Floats, allowed: NDArray[np.bool_], optimum: Optimum, burns: int, spacing: int
) -> tuple[NDArray[np.int64], Floats, float]:
    """A plan of `burns` impulses near the optimum, at least `spacing` nodes apart.

    Returns
    -------
    (burn,) nodes, (burn, 3) m/s, and their sum, m/s.

    **Model** every choice of `burns` nodes among the burns of the optimum and the peaks of the primer, then each burn
    is moved along the grid (steps 16 to 1) as long as the sum falls.
    """
    support = set(np.flatnonzero(np.linalg.norm(optimum.dv_lvlh, axis=1) > 1e-3).tolist())
    inner = optimum.primer[1:-1]
    peaks = 1 + np.flatnonzero((inner >= optimum.primer[:-2]) & (inner >= optimum.primer[2:]) & (inner > 0.8))
    open_nodes = np.flatnonzero(allowed)
    strongest = peaks[np.argsort(-optimum.primer[peaks])][:8]
    even = open_nodes[np.linspace(0, open_nodes.size - 1, burns).astype(int)]
    candidates = sorted(support | set(strongest.tolist()) | set(even.tolist()))

    every = np.array(list(combinations(candidates, burns)), dtype=np.int64).reshape(-1, burns)
    choices = _spaced(np.concatenate([every, even[None]]), allowed, spacing)
    if len(choices) == 0:
        raise FlightError("the windows of the scheme do not hold its burns", burns=burns, spacing_nodes=spacing)
    _, total = burns_at(by_burn, wanted, choices)
    return moved_burns(by_burn, wanted, allowed, choices[int(np.argmin(total))], spacing, first_step=16)


def moved_burns(
    by_burn: Floats,
    wanted: Floats,
    allowed: NDArray[np.bool_],
    nodes: NDArray[np.int64],
    spacing: int,
    first_step: int,
) -> tuple[NDArray[np.int64], Floats, float]:
    """Burns moved along the grid one by one, by `first_step` nodes and then ever less, as long as their sum falls."""
    burns = len(nodes)
    start_dv, start_total = burns_at(by_burn, wanted, nodes[None])
    plan, least = start_dv[0], float(start_total[0])
    step = first_step
    while step:
        moves = np.concatenate([np.eye(burns, dtype=np.int64), -np.eye(burns, dtype=np.int64)]) * step
        near = _spaced(nodes + moves, allowed, spacing)
        if len(near):
            dv, total = burns_at(by_burn, wanted, near)
            best = int(np.argmin(total))
            if total[best] < least - 1e-4:
                nodes, plan, least = near[best], dv[best], float(total[best])
                continue
        step //= 2
    return nodes, plan, least


def _spaced(nodes: NDArray[np.int64], allowed: NDArray[np.bool_], spacing: int) -> NDArray[np.int64]:
    """The rows whose nodes are allowed and far enough apart, sorted."""
    inside = np.all((nodes >= 0) & (nodes < len(allowed)), axis=1)
    kept = np.sort(nodes[inside], axis=1)
    fits = np.all(allowed[kept], axis=1) & np.all(np.diff(kept, axis=1) >= spacing, axis=1)
    return np.asarray(kept[fits])

"""Write src/zarya/environment/data/hwm14_quiet.npz from the coefficients of the Horizontal Wind Model 14.

    python builders/build_hwm14.py hwm123114.bin

The file belongs to the supporting information of Drob et al. 2015 (doi:10.1002/2014EA000089), where it stands beside
the authors' program; public copies of that package hold it too (github.com/jacobwilliams/HWM14).

It is a stream of little-endian numbers: sizes, knots of the vertical splines, for each spline its orders and its
coefficients, and two columns by which the last two splines go over into an exponential above 200 km. The coefficients
come in pairs, real and imaginary part of an amplitude; here they become complex arrays with a row for each spline.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

OUT = Path(__file__).parent.parent / "src/zarya/environment/data/hwm14_quiet.npz"
SPLINE_DEGREE = 3
YEAR, WAVES, TIDES, DEGREES = 2, 2, 3, 8
"""Highest harmonic of the year, wave number in longitude, wave number in local time, degree in latitude."""
ORDERS = [YEAR, DEGREES, WAVES, YEAR, DEGREES, TIDES, YEAR, DEGREES, 0]
"""As they stand before every spline of the model of 31 December 2014."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("coefficients", type=Path)
    raw = parser.parse_args().coefficients.read_bytes()
    at = 0

    def take(kind: str, count: int) -> NDArray[np.float64]:
        nonlocal at
        values = np.frombuffer(raw, kind, count, at)
        at += values.nbytes
        return values.astype(np.float64)

    terms, _, _, _, _, orders, levels, degree = (int(x) for x in take("<i4", 8))
    knots_km = take("<f8", levels + degree + 1)
    knots_km[SPLINE_DEGREE] = 0.0  # a first knot repeated four times, as the authors' program sets it
    rows = []
    for _ in range(levels - degree):
        if take("<i4", orders).tolist() != ORDERS or degree != SPLINE_DEGREE:
            raise SystemExit("not the model of 31 December 2014: other orders")
        size = int(take("<i4", 1)[0])
        rows.append(take("<f8", terms)[:size])
    first, last = take("<f8", 10).reshape(2, 5)
    if at != len(raw):
        raise SystemExit(f"{len(raw) - at} bytes are left over")
    *splines, low, high = rows
    # above 155 km three splines stand on the last two rows, and above 200 km so do a decaying and a constant part
    splines += [a * low + b * high for a, b in zip(first[:3], last[:3], strict=True)]
    tail = [a * low + b * high for a, b in zip(first[3:], last[3:], strict=True)]
    parts = [unpacked(row) for row in (*splines, *tail)]
    mean, waves, tides = (np.stack(arrays) for arrays in zip(*parts, strict=True))
    knots_km = knots_km[: len(splines) + degree + 1]
    np.savez_compressed(OUT, knots_km=knots_km, mean=mean, waves=waves, tides=tides)
    print(f"wrote {OUT.name}: {OUT.stat().st_size} bytes, {len(splines)} splines, knots {knots_km}")


def unpacked(row: NDArray[np.float64]) -> tuple[NDArray[np.complex128], ...]:
    """Amplitudes of one spline: zonal mean (harmonic, degree, pair), waves and tides (wave number, year, degree, pair).

    The last axis holds the two amplitudes a, b of a term. `harmonic` is that of the year, as an exponential; `year`
    counts 1, the cosine and sine of the year, the cosine and sine of half of it.
    """
    numbers: Iterator[float] = iter(row.tolist())

    def pair() -> list[complex]:
        return [complex(next(numbers), next(numbers)) for _ in range(2)]

    mean = np.zeros((1 + YEAR, DEGREES, 2), dtype=np.complex128)
    for n in range(DEGREES):
        mean[0, n] = [next(numbers), next(numbers)]
    for s in range(1, 1 + YEAR):
        for n in range(DEGREES):
            mean[s, n] = pair()

    def harmonics(highest: int) -> NDArray[np.complex128]:
        found = np.zeros((highest, 1 + 2 * YEAR, DEGREES, 2), dtype=np.complex128)
        for m in range(1, 1 + highest):
            for n in range(m, 1 + DEGREES):
                found[m - 1, 0, n - 1] = pair()
            for s in range(1, 1 + YEAR):
                for n in range(m, 1 + DEGREES):
                    found[m - 1, 2 * s - 1, n - 1], found[m - 1, 2 * s, n - 1] = pair(), pair()
        return found

    parts = mean, harmonics(WAVES), harmonics(TIDES)
    if next(numbers, None) is not None:
        raise SystemExit("terms are left over")
    return parts


if __name__ == "__main__":
    main()

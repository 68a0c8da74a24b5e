"""Coastline for the ground-track plots: arcs of `land-110m.json` of the npm package world-atlas, as one npz.

Usage: python builders/build_coastline.py PATH/TO/land-110m.json
"""

import json
import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent.parent / "src/zarya/plots/data/coast_110m.npz"


def main(source: str) -> None:
    topology = json.loads(Path(source).read_text(encoding="utf-8"))
    scale, shift = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    lines = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]
    starts = np.cumsum([0, *(len(line) for line in lines)])
    np.savez_compressed(OUT, points_deg=np.concatenate(lines).astype(np.float32), starts=starts.astype(np.int32))
    print(f"{OUT}: {len(lines)} lines, {starts[-1]} points")


if __name__ == "__main__":
    main(sys.argv[1])

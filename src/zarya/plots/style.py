"""Colours and settings every plot shares."""

from typing import Any, Final

import matplotlib

matplotlib.use("Agg")

SHIP, STATION, DIM, MARK = "#c1272d", "#1f5fa8", "#9aa3ab", "#2f7d4f"
STYLE: Final[Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e3e6e8",
    "axes.axisbelow": True,
    "figure.dpi": 120,
    "savefig.dpi": 120,
}

"""Plot of ten thousand plans: impulse over the phase at insertion and the instant of docking."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from zarya.gnc.schemes import schemes_named
from zarya.plots.style import DIM, SHIP, STYLE
from zarya.studies.windows.plan_map import PlanMap
from zarya.units import DEG, HOUR


def plan_map_picture(found: PlanMap, phase_deg: float | None = None) -> Figure:
    """Impulse to the aim over phase and docking; grey where no plan closes.

    Parameters
    ----------
    phase_deg : of the window, marked.
    """
    scheme = schemes_named(f"{found.orbits}-orbit")[0]
    low = scheme.published_from_rad / DEG
    high = low + scheme.published_width_rad / DEG
    phase, docking = found.phase_rad / DEG, found.docking_s / HOUR
    least = float(np.nanmin(found.total_m_s))
    levels = np.floor(least) + np.array([0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 50.0, 75.0, 100.0])
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8.4, 5.4), layout="constrained")
        axes = figure.subplots()
        axes.set_facecolor(DIM)
        filled = axes.contourf(
            phase, docking, np.ma.masked_invalid(found.total_m_s), levels=levels, cmap="viridis_r", extend="max"
        )
        axes.axvline(low, color="black", lw=0.9, ls="--")
        axes.axvline(high, color="black", lw=0.9, ls="--")
        handles: list[Line2D | Patch] = [Line2D([], [], color="black", lw=0.9, ls="--", label="published range")]
        if phase_deg is not None and phase[0] <= phase_deg <= phase[-1]:
            axes.plot(phase_deg, scheme.transfer.transit_s / HOUR, "*", color=SHIP, ms=13, mec="white")
            handles.append(Line2D([], [], marker="*", ls="none", color=SHIP, ms=11, label="the window"))
        if np.any(np.isnan(found.total_m_s)):
            handles.append(Patch(color=DIM, label="no plan closes"))
        axes.grid(visible=False)
        axes.set(xlabel="station ahead at insertion, deg", ylabel="docking, hours after lift-off")
        bar = figure.colorbar(filled, ax=axes, ticks=levels)
        bar.set_label("impulse to the aim 36 min before contact, m/s")
        bar.ax.set_yticklabels([f"{level:.0f}" for level in levels])
        figure.suptitle(f"{found.total_m_s.size:,} plans for {found.liftoff.iso()[:10]} by {scheme.name}, computed")
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)
    return figure

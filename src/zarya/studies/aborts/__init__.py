"""What saves the crew at each second of the ascent."""

from zarya.studies.aborts.sweep import abort_sweep, pad_rad, rows_of

__all__ = ["abort_sweep", "pad_rad", "rows_of"]

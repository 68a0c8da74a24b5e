"""The validation picture of docs/validation/windows.md: lift-offs computed against flown, shipped table and sets.

Usage: python builders/build_windows_picture.py
"""

from pathlib import Path

from zarya.plots.windows import validation
from zarya.studies.windows.validation import validate

OUT = Path(__file__).parent.parent / "docs/pictures/windows_validation.png"


def main() -> None:
    validation(validate()).savefig(OUT, dpi=110)
    print(OUT)


if __name__ == "__main__":
    main()

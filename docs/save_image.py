"""Save a figure as an image for these pages: 1400 pixels wide, with a palette of 256 colours.

    python docs/save_image.py paper_figures/fig6.png docs/images/fig6_laptop.png

The palette covers the range of colours of the maps; Pillow's default replaces rare ones, such as
yellow at the end of a colour bar.
"""

import sys
from pathlib import Path

from PIL import Image

WIDTH = 1400  # pixels, twice the width of the text of a page


def save(figure: Path, image: Path) -> None:
    """Reduce a PNG in size and colours."""
    with Image.open(figure) as full:
        height = round(full.height * WIDTH / full.width)
        small = full.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    palette = Image.Quantize.MAXCOVERAGE
    small.quantize(256, method=palette, kmeans=3, dither=Image.Dither.NONE).save(
        image, optimize=True
    )


if __name__ == "__main__":
    save(*map(Path, sys.argv[1:]))

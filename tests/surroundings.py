"""Settings and environment variables that must not affect a call."""

from pathlib import Path

RC = """\
text.usetex: True
font.family: serif
font.size: 30
savefig.dpi: 33
savefig.bbox: tight
lines.linewidth: 9
axes.facecolor: red
axes.formatter.use_locale: True
path.simplify: False
pdf.compression: 0
backend: TkAgg
"""
VARIABLES = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "LC_ALL": "tr_TR.UTF-8",
    "LANG": "de_DE.ISO-8859-1",
    "TZ": "Asia/Tokyo",
    "SOURCE_DATE_EPOCH": "12345",
    "COLUMNS": "10",
    "NO_COLOR": "1",
    "OMP_NUM_THREADS": "none",
    "MKL_NUM_THREADS": "none",
    "OPENBLAS_NUM_THREADS": "-1",
    "GIT_DIR": "/nowhere",
}
OF_PYTHON = {
    "PYTHONHOME": "/nowhere",
    "PYTHONSTARTUP": "/nowhere",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONHASHSEED": "7",
    "PYTHONUTF8": "0",
    "PYTHONSAFEPATH": "1",
}


def shadow(folder: Path, *modules: str) -> None:
    """Write modules that exit the process that imports them."""
    for name in modules:
        (folder / f"{name}.py").write_text("raise SystemExit(f'{__file__} was imported')")

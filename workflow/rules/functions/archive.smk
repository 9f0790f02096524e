"""Inputs of an archive."""


def archive_inputs():
    """Results that an archive is made from, if its folder is writable."""
    folder = CHECKOUT / "archive"
    if not os.access(folder if folder.exists() else CHECKOUT, os.W_OK):
        return unavailable(f"{folder}: expected a writable folder, since archives are stored there")
    return expand(
        f"results/{SETTINGS.scale}/{{kind}}/{{run}}.h5",
        kind=["runs", "phases", "information", "homogeneity", "terms"],
        run=RUNS,
    )

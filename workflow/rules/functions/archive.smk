"""Files of an archive."""


def archive_inputs():
    """Files of the archive, if its folder is writable."""
    folder = CHECKOUT / "archive"
    if not os.access(folder if folder.exists() else CHECKOUT, os.W_OK):
        return without(
            f"{folder}: expected a folder that can be written, as archives are kept there"
        )
    return expand(
        f"results/{SETTINGS.scale}/{{kind}}/{{run}}.h5",
        kind=["runs", "phases", "information", "homogeneity", "terms"],
        run=RUNS,
    )

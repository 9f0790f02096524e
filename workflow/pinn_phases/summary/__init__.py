"""Tables beside the figures, one file a page: settings, references, trainings, versions."""

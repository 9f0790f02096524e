"""What a training records and shows: history, snapshots, test error and progress."""

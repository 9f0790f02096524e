"""One module per command: parse options, read files, call the library, save."""

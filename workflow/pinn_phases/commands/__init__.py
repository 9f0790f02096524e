"""One module a command: it reads options and files, calls the library and saves; nothing more."""

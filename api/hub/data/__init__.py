"""Where the hub keeps everything: tables, the one writer, and what must be written together."""

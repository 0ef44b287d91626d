"""What stands around queue and card: header, status line, keys, names of parts, the sync mark."""

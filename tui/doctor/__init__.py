"""Looks whether all is well on this machine: the profile, the terminal, the line to the hub; changes nothing."""

"""What is said of a lead, in the same words on the screen and on the command line."""

"""What marketing and other systems post to the hub. Posted again it updates, and never doubles."""

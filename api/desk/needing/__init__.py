"""What needs the person: decisions that did not take effect or no longer do, and what others ask for."""

"""What can be typed: every command with its arguments, and what is said when something else was typed."""

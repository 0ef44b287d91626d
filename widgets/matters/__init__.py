"""What waits for the CRM or for a person's answer: the list of it, both sides of one matter, the state of the line."""

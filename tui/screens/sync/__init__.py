"""The Sync screen: what waits for the CRM, what met others' decisions, what was refused, and the answers to each."""

"""Working through the queue in plain lines: a question, an answer, what was done; nothing is ever repainted."""

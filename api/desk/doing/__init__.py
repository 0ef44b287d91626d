"""What the person does: asked of the rules, recorded, taken back, done again."""

"""The field's words as typed, frozen records; what travels over HTTP is what lies on the disk."""

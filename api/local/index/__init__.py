"""The index beside the mirror: what the queue needs of every lead, so that opening a profile reads no lead at all.

The mirror's journal stays the truth; the index can be thrown away at any time and is made from it again. `base` is all
leads at one moment, sorted, `shelf` the same with what changed since, `book` the file that keeps both.
"""

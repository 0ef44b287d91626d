"""What opens where there is no profile yet: a small program of its own that offers the ways on."""

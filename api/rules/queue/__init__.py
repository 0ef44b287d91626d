"""The queue: what waits for whom, in which order, and how it is found.

`rows` has what the list shows of one lead, `views` which leads stand in which list, `orders` what stands above what,
and `filter` with `conditions` how a person narrows a list down.
"""

from api.rules.queue.filter import Filter
from api.rules.queue.orders import Order, order_key
from api.rules.queue.rows import Row, back, hay_of, row_of
from api.rules.queue.views import NamedView, View, concerns, sleeping, waiting, whose

__all__ = [
    "Filter",
    "NamedView",
    "Order",
    "Row",
    "View",
    "back",
    "concerns",
    "hay_of",
    "order_key",
    "row_of",
    "sleeping",
    "waiting",
    "whose",
]

"""What the screens show: the CRM's word, with this profile's own operations folded on top by the rules.

`rows` has every lead's row, `places` says where a row stands, `order` keeps lists of ids sorted that way, `words` has
what is searched of them, and `view` puts these together.
"""

from api.desk.view.rows import Rows
from api.desk.view.view import View

__all__ = ["Rows", "View"]

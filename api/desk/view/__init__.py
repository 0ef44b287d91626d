"""What the screens show: the CRM's word, with this profile's own operations folded on top by the rules.

`rows` has every lead's row; `places`, `which` and `sorts` say where one stands, `line` keeps a list of ids sorted that
way, and `lists` has them all. `words` has what is searched, `facts` and `narrowing` what else is asked for, `finding`
uses them. `view` puts these together.
"""

from api.desk.view.rows import Rows
from api.desk.view.view import View

__all__ = ["Rows", "View"]

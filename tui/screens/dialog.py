"""The root of the screens that lie over another: their looks are loaded when the first of them opens."""

from typing import ClassVar, TypeVar

from textual.screen import ModalScreen

Given = TypeVar("Given")


class Dialog(ModalScreen[Given], inherit_bindings=False):
    """A screen over the queue that gives back a result."""

    AUTO_FOCUS = ""
    CSS_PATH: ClassVar[str] = "../styles/dialogs.tcss"

"""The terminal that the program runs in, where the library's own way with it is not enough."""

from textual.drivers.linux_driver import LinuxDriver


class Driver(LinuxDriver):
    """Comes back well from a stop that nobody announced, e.g. of a debugger or ``kill -STOP``.

    The library starts everything anew then, without having ended it: two threads would read the keys, and the terminal
    would stay in the program's mode when it ends.
    """

    def start_application_mode(self) -> None:
        """Take the terminal over, and know how it was before the program began."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        before = getattr(self._app, "terminal_before", None)
        if before is not None:
            self.attrs_before = before

    def _sigcont_application(self, *_: object) -> None:
        if self._auto_restart and not self._must_signal_resume:
            self.suspend_application_mode()
        super()._sigcont_application()

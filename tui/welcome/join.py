"""The form that joins a hub: address and token, checked at the hub before anything is kept."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.screens.sign_in import TokenInput
from tui.screens.typed import caught_up
from tui.welcome.joining import Joined, Refused, checked_address, join_hub
from tui.welcome.page import Page
from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.frame.key_bar import KeyBar

_FIELDS = {"address": ("Address", "e.g. https://handoff.example.com"), "token": ("Token", "not shown")}


class AddressInput(Input):
    """A line for the hub's address."""

    def __init__(self, value: str) -> None:
        super().__init__(value, max_length=500, id="address", select_on_focus=False)


class JoinPage(Page, inherit_bindings=False):
    """Asks for address and token; what was wrong is said below, and what was typed stays."""

    def __init__(self) -> None:
        super().__init__()
        self._asking: asyncio.Task[None] | None = None
        self._gone = threading.Event()
        self._joined: Joined | None = None

    def compose(self) -> ComposeResult:
        """Lay the form out."""
        yield OneLine(id="title")
        with Vertical(id="form"):
            yield Words("A manager of your team has both for you.", "dim", id="about")
            yield OneLine(id="address-label", classes="label")
            yield AddressInput(self.welcome.typed_address)
            yield OneLine(id="token-label", classes="label")
            yield TokenInput(id="token")
            yield Words("", id="said")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Name everything and give the address the keys."""
        self.query_one("#title", OneLine).show((("Join your team’s hub", "strong"),))
        self._go_to("address")
        self.show_keys([("send", "Enter", "join"), ("next", "Tab", "next field"), ("back", "Esc", "back")])

    def on_unmount(self) -> None:
        """Ask no more."""
        self._gone.set()
        if self._asking is not None:
            self._asking.cancel()

    async def take_key(self, event: events.Key) -> bool:
        """Go between the fields, send, or go back; everything else is for the field."""
        if self._joined is not None:
            return await self._joined_key(event.key)
        if event.key not in ("enter", "escape", "tab", "shift+tab", "up", "down"):
            return False
        await caught_up(self.focused)
        if event.key == "enter":
            self.action_send()
        elif event.key == "escape":
            self.action_back()
        else:
            self.action_next()
        return True

    async def _joined_key(self, key: str) -> bool:
        if key in ("enter", "space", "escape"):
            self.action_open()
        return True

    def action_next(self) -> None:
        """Go to the other field."""
        self._go_to("token" if self._field == "address" else "address")

    def action_send(self) -> None:
        """Join; from the address on to the token first, once the address is one."""
        if self._asking is not None and not self._asking.done():
            return
        typed = self.query_one(AddressInput).value
        if self._field == "address" and not self.query_one(TokenInput).value:
            try:
                checked_address(typed)
            except Refused as problem:
                self._refuse(problem)
                return
            self._say("")
            self._go_to("token")
            return
        self._say("Asking the hub whose token this is…", "dim")
        self._asking = asyncio.create_task(self._ask(typed, self.query_one(TokenInput).value))

    def action_back(self) -> None:
        """Go back to the first page; the address is kept, the token is not."""
        self.welcome.typed_address = self.query_one(AddressInput).value
        self.query_one(TokenInput).value = ""
        self._gone.set()
        self.dismiss(None)

    def action_open(self) -> None:
        """Open the program."""
        self.welcome.open_program()

    async def _ask(self, typed_address: str, token: str) -> None:
        try:
            place, gone = self.welcome.place, self._gone
            joined = await _unattended(lambda: join_hub(place, typed_address, token, lambda: not gone.is_set()))
        except Refused as problem:
            self._refuse(problem)
            return
        self._joined = joined
        self.query_one(TokenInput).value = ""
        self.set_focus(None)
        await self.query_one("#form").remove()
        await self.mount(OneLine(id="who"), before="#keys")
        self.query_one("#who", OneLine).show((("You are ", ""), (joined.who, "strong")))
        for words in (f"At {joined.url}", joined.kept, joined.skew):
            await self.mount(Words(words, "alarm" if words == joined.skew else "dim"), before="#keys")
        self.query_one("#title", OneLine).show((("Connected", "strong"),))
        self.show_keys([("open", "Enter", "open your queue")])

    @property
    def _field(self) -> str:
        focused = self.focused
        return focused.id or "" if focused is not None else ""

    def _go_to(self, field: str) -> None:
        self.set_focus(self.query_one(f"#{field}"))
        for one, (words, hint) in _FIELDS.items():
            mark = ("▌", "accent") if one == field else (" ", "")
            self.query_one(f"#{one}-label", OneLine).show((mark, (words, "strong"), (f"  {hint}", "dim")))

    def _refuse(self, problem: Refused) -> None:
        self._say(problem.sentence, "alarm")
        self._go_to(problem.field)

    def _say(self, sentence: str, ink: str = "") -> None:
        self.query_one("#said", Words).show(sentence, ink)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Mark the field that a click gave the keys to."""
        if event.widget.id in _FIELDS:
            self._go_to(event.widget.id)


async def _unattended(work: Callable[[], Joined]) -> Joined:
    """Do something that blocks on a thread that nobody waits for at the program's end; raises what it raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Joined] = loop.create_future()

    def tell(result: Joined | None, problem: Exception | None) -> None:
        if done.done():
            return
        if result is not None:
            done.set_result(result)
        else:
            done.set_exception(problem or RuntimeError("It came to nothing."))

    def run() -> None:
        result: Joined | None = None
        failed: Exception | None = None
        try:
            result = work()
        # Whatever it is, it is for whoever waits.
        except Exception as error:  # noqa: BLE001
            failed = error
        # Whoever waited may be gone, and the loop with them.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, result, failed)

    threading.Thread(target=run, name="joining", daemon=True).start()
    return await done

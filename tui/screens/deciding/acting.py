"""An action for each verb: what needs no answers is done at once, everything else asks first."""

from api.model.operation import Accept
from tui.commands import command
from tui.screens.deciding.asking_for import AskingFor


class Deciding(AskingFor, inherit_bindings=False):
    """Decides on one lead after another, or on all that are chosen."""

    async def action_accept(self) -> None:
        """Accept the lead under the cursor."""
        if self.chosen:
            await self.act("accept")
            return
        lead = self.lead_under_cursor()
        if why := self.hindrance(command("triage.accept")):
            self.say(why, alarm=True)
        elif lead is not None:
            self.decide((Accept(),), lead)

    async def action_accept_why(self) -> None:
        """Accept the lead, say why it is a good one, and put a field right."""
        await self.act("accept_why")

    async def action_reject(self) -> None:
        """Ask for the reason, then for what the reason asks for."""
        await self.refuse("reject")

    async def action_disqualify(self) -> None:
        """Ask for the reason, then for what the reason asks for."""
        await self.refuse("disqualify")

    async def action_reroute(self) -> None:
        """Ask whom the lead belongs to."""
        await self.refuse("reroute")

    async def action_duplicate(self) -> None:
        """Ask which other lead it doubles."""
        await self.refuse("duplicate")

    async def action_suppress(self) -> None:
        """Ask what the person does not want, and for the word that confirms it."""
        await self.refuse("suppress")

    async def action_snooze(self) -> None:
        """Ask until when."""
        await self.act("snooze")

    async def action_wake(self) -> None:
        """End the snooze."""
        await self.act("wake")

    async def action_claim(self) -> None:
        """Take the lead without deciding yet."""
        await self.act("claim")

    async def action_release(self) -> None:
        """Give a claimed lead back."""
        await self.act("release")

    async def action_attempt(self) -> None:
        """Ask what came of the attempt, and when the next is."""
        await self.act("attempt")

    async def action_qualify(self) -> None:
        """Ask for amount and date."""
        await self.act("qualify")

    async def action_outcome(self) -> None:
        """Ask how it ended."""
        await self.act("outcome")

    async def action_note(self) -> None:
        """Ask for the note."""
        await self.act("note")

    async def action_correct(self) -> None:
        """Ask which field says what."""
        await self.act("correct")

    async def action_thank(self) -> None:
        """Ask for a few words of thanks."""
        await self.act("thank")

    async def action_flag_meeting(self) -> None:
        """Ask what is to be talked about."""
        await self.act("flag_meeting")

    async def action_flag_promise(self) -> None:
        """Ask what they were told."""
        await self.act("flag_promise")

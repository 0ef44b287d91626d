"""The part of the triage screen that moves the cursor."""

from tui.screens.triage.part import Part


class Moving(Part, inherit_bindings=False):
    """Goes from lead to lead."""

    def action_down(self) -> None:
        """Go to the next lead."""
        self.queue.move(1)
        self.follow()

    def action_up(self) -> None:
        """Go to the lead before."""
        self.queue.move(-1)
        self.follow()

    def action_first(self) -> None:
        """Go to the first lead."""
        self.queue.move_to(0)
        self.follow()

    def action_last(self) -> None:
        """Go to the last lead."""
        self.queue.move_to(len(self.queue.ids) - 1)
        self.follow()

    def action_page_down(self) -> None:
        """Go down half a page."""
        self.queue.page(1)
        self.follow()

    def action_page_up(self) -> None:
        """Go up half a page."""
        self.queue.page(-1)
        self.follow()

    # jumping

    def begin_moving(self) -> None:
        """Begin without letters beside the rows."""
        self._letters: dict[str, str] = {}
        self._typed = ""
        self._jumping_said_at = 0.0

    @property
    def jumping(self) -> bool:
        """Whether letters stand beside the rows, and keys mean them."""
        return bool(self._letters)

    def action_jump(self) -> None:
        """Put letters beside the leads in sight; one of them goes there."""
        from widgets.queue.jump import labels

        in_sight = [lead_id for lead_id in self.queue.in_sight if lead_id != self.queue.lead_id]
        if not in_sight:
            self.say("There is nowhere else to jump to in sight.")
            return
        self._letters, self._typed = {letters: one for one, letters in labels(in_sight).items()}, ""
        self._show_letters()
        self._say_jumping("Jump: type the letters beside a lead.")

    def jump_key(self, key: str, character: str | None) -> bool:
        """Take a key while letters are shown; False gives it back, to do what it does at other times."""
        if key == "escape":
            self.stop_jumping()
            return True
        if key == "backspace" and self._typed:
            self._typed = ""
        elif character is None or not character.isalpha():
            self.stop_jumping()
            return False
        else:
            self._typed += character.lower()
        if (lead_id := self._letters.get(self._typed)) is not None:
            self.stop_jumping()
            self.queue.select(lead_id)
            self.follow()
            return True
        if not any(letters.startswith(self._typed) for letters in self._letters):
            self._say_jumping(f"No lead has the letters “{self._typed}”.")
            self._typed = ""
        self._show_letters()
        return True

    def _say_jumping(self, sentence: str) -> None:
        self.say(sentence, "Esc leaves")
        self._jumping_said_at = self.said_at

    def stop_jumping(self) -> None:
        """Take the letters away."""
        if self._letters:
            self._letters = {}
            self.queue.label({})
            # What was said since is not about the letters.
            if self.said_at == self._jumping_said_at:
                self.say("")

    def _show_letters(self) -> None:
        begun = len(self._typed)
        self.queue.label(
            {
                lead_id: " " * begun + letters[begun:]
                for letters, lead_id in self._letters.items()
                if letters.startswith(self._typed)
            }
        )

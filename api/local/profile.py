"""A profile: one person's connection to one CRM on this machine, and the files that belong to it."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from api.local.errors import LocalError, NotSaved, ProfileTooNew, not_saved, too_new, unreadable, why
from api.local.files import Files, make_private, write_whole
from api.local.lock import FileLock
from api.model.people import Person

VERSION = 1


class Connection(msgspec.Struct, frozen=True):
    """Which CRM the profile talks to, as whom, and the epoch of the server's history."""

    url: str
    person: Person
    epoch: str


class _Version(msgspec.Struct, frozen=True):
    version: int


class _Saved(msgspec.Struct, frozen=True):
    version: int
    connection: Connection | None = None


class Profile:
    """The files of one profile; `cache` and `logs` lie in `root` unless they are given."""

    def __init__(self, root: Path, *, cache: Path | None = None, logs: Path | None = None) -> None:
        self.root = root
        self.outbox_path = root / "outbox.journal"
        self.token_path = root / "token"
        self.mirror_path = (cache or root) / "mirror.journal"
        self.log_path = (logs or root) / "handoff.log"
        self.views_path = root / "views.toml"
        self._path = root / "profile.json"
        self._known: Connection | None = None

    @classmethod
    def named(cls, environ: Mapping[str, str]) -> "Profile":
        """Return this account's profile as it is, there or not; nothing is made.

        ``HANDOFF_HOME`` puts all of it into one folder.
        """
        home = environ.get("HANDOFF_HOME", "").strip()
        if home:
            return cls(Path(home).expanduser().absolute())
        import platformdirs

        return cls(
            platformdirs.user_data_path("handoff", appauthor=False),
            cache=platformdirs.user_cache_path("handoff", appauthor=False),
            logs=platformdirs.user_log_path("handoff", appauthor=False),
        )

    @classmethod
    def locate(cls, environ: Mapping[str, str]) -> "Profile":
        """Return this account's profile as `named` does, its folders made (mode 0700) where they are missing.

        Raises:
            NotSaved: a folder can't be made.
        """
        profile = cls.named(environ)
        for folder in dict.fromkeys([profile.root, profile.mirror_path.parent, profile.log_path.parent]):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                reason = "something else has that name" if isinstance(error, FileExistsError) else why(error)
                raise NotSaved(
                    f"The folder {folder} can't be made: {reason}. Name another with HANDOFF_HOME."
                ) from error
        return profile

    def connection(self) -> Connection | None:
        """Return what `save_connection` kept, or None before that; deleted since it was read, it is written again.

        Raises:
            ProfileTooNew: a newer program wrote it.
            LocalError: it can't be read.
        """
        try:
            data = self._path.read_bytes()
            with suppress(OSError):  # it holds no secret; that others can read it is no reason to stop
                make_private(self._path)
        except FileNotFoundError:
            if self._known is not None:
                with suppress(NotSaved):  # tried again whenever it is asked for
                    self.save_connection(self._known)
            return self._known
        except OSError as error:
            raise unreadable(self._path, error) from error
        self._known = self._decoded(data)
        return self._known

    def seen_connection(self) -> Connection | None:
        """Return what `connection` does, and change nothing on the disk; raises what that raises."""
        try:
            return self._decoded(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise unreadable(self._path, error) from error

    def _decoded(self, data: bytes) -> Connection | None:
        try:
            version = msgspec.json.decode(data, type=_Version).version
            if version > VERSION:
                raise ProfileTooNew(too_new(self._path, version, VERSION))
            return msgspec.json.decode(data, type=_Saved).connection
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise LocalError(
                f"{self._path} is damaged ({error}). Move it away and connect again with handoff connect; "
                "your decisions are kept in another file."
            ) from error

    def save_connection(self, connection: Connection) -> None:
        """Keep the connection, in one step, mode 0600.

        Raises:
            NotSaved: what was kept before stands.
        """
        data = msgspec.json.format(msgspec.json.encode(_Saved(VERSION, connection)), indent=2)
        files = Files()
        try:
            files.make_folder(self.root)
            write_whole(files, self._path, [data, b"\n"])
        except OSError as error:
            raise not_saved(self._path, error) from error
        self._known = connection

    def sync_lock(self) -> FileLock:
        """Return the lock that says who talks to the CRM; free the moment its holder dies."""
        return FileLock(self.root / "sync.lock")

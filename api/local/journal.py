"""An append-only file of checksummed lines that survives crashes, full disks and other processes.

Any process may append, one at a time under a short lock, after catching up with what the others wrote. What was
acknowledged stays; what was not acknowledged leaves no trace.
"""

import errno
import os
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from api.local.aside import copy_aside, is_file, move_aside
from api.local.errors import (
    JournalTooNew,
    LockBusy,
    NotSaved,
    Unreadable,
    decisions_missing,
    not_saved,
    too_new,
    unreadable,
    why,
)
from api.local.files import Files, Handle, Marker, make_private, write_all, write_whole
from api.local.frames import (
    PREFIX,
    Header,
    Kind,
    Line,
    frame,
    frame_batch,
    frame_header,
    parse_header,
    read_lines,
    readable,
    unharmed,
)
from api.local.lock import FileLock
from api.local.sink import Damage, Sink


class Journal:
    """One journal file. Methods other than `stale` are called inside `exclusive`.

    `warnings` gathers sentences about damage that was found and what became of it.
    """

    def __init__(
        self,
        path: Path,
        header: Header,
        sink: Sink,
        *,
        durable: bool,
        damage: Damage,
        marker: Path | None = None,
        files: Files | None = None,
    ) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._header = header
        # The sink owns the journal; without a circle both files close the moment nobody holds the sink any more.
        self._sink = cast("Sink", weakref.proxy(sink))
        self._durable = durable
        self._damage = damage
        self._files = files or Files()
        self._marker = Marker(marker, self._files)
        self._lock_path = path.with_suffix(".lock")
        self._lock = FileLock(self._lock_path)
        self._mutex = threading.RLock()
        self._depth = 0
        self._reserved = False
        self._handle: Handle | None = None
        self._writer: Handle | None = None
        self._end = 0
        # After a failed flush nobody knows what the disk holds: the next append writes a new file.
        self._suspect = False
        self._leftover: tuple[int, int] | None = None
        self._seen = False
        self._doubted = False

    def close(self) -> None:
        """Let go of the file; the next look at it opens it again."""
        with self._mutex:
            self._handle = None
            self._writer = None

    @property
    def size(self) -> int:
        """Bytes of the file that count."""
        return self._end

    def stale(self) -> bool:
        """Say whether the file is another than when it was last read; costs one look at its size."""
        try:
            stat = self._files.stat(self.path)
        except OSError:
            return True
        if stat is not None and not is_file(stat):
            return True
        if stat is None or stat.st_size == 0:
            return self._handle is not None
        if self._doubted or self._handle is None or self._handle.identity != (stat.st_dev, stat.st_ino):
            return True
        return stat.st_size != self._end and (stat.st_size, stat.st_mtime_ns) != self._leftover

    def doubt(self) -> None:
        """Read the whole file again at the next look; something in it is not what it was."""
        self._doubted = True

    def standing(self) -> tuple[Handle, os.stat_result] | None:
        """Return the file and what the system knows of it, for who keeps notes of it; None when there is none.

        Raises:
            OSError: the disk can't be read.
        """
        stat = self._files.stat(self.path)
        if self._handle is None or stat is None or self._handle.identity != (stat.st_dev, stat.st_ino):
            return None
        return self._handle, stat

    @contextmanager
    def exclusive(self, *, writing: bool, wait: bool = True) -> Iterator[bool]:
        """Keep other threads and processes out, and catch up with what they wrote.

        Yields whether the journal could be had; False only when not `wait`. Without `writing`, a disk on which the
        lock can't be taken is read all the same.

        Raises:
            NotSaved: `writing`, and the lock can't be had.
            JournalTooNew: a newer program wrote the file.
            Unreadable: the disk can't be read.
        """
        if not self._mutex.acquire(blocking=wait):
            yield False
            return
        try:
            if self._depth:
                yield True
                return
            if not self._reserved and not self._enter(writing=writing, wait=wait):
                yield False
                return
            self._depth = 1
            try:
                self._catch_up_for(writing=writing)
                yield True
            finally:
                self._depth = 0
                self._reserved = False
                self._lock.release()
        finally:
            self._mutex.release()

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Wait for other threads and processes and keep them out: the first `exclusive` inside this waits for nobody.

        Raises:
            NotSaved: the lock can't be had.
        """
        with self._mutex:
            if self._reserved or self._depth:
                yield
                return
            self._enter(writing=True, wait=True)
            self._reserved = True
            try:
                yield
            finally:
                if self._reserved:
                    self._reserved = False
                    self._lock.release()

    def append(self, payloads: list[bytes]) -> list[int]:
        """Write one batch of JSON lines, all or none, and return where each JSON begins.

        Raises:
            NotSaved: nothing of the batch is kept.
        """
        data = frame_batch(payloads)
        if self._handle is None or self._suspect:
            start = self._append_to_new_file(data)
        else:
            start = self._end
            self._append(data)
        offsets = []
        for payload in payloads:
            offsets.append(start + PREFIX)
            start += PREFIX + len(payload) + 1
        self._end = start
        return offsets

    def rewrite(self, payloads: Iterable[bytes]) -> None:
        """Put a new file with exactly these lines in the place of the old one, in one step, and read it.

        Raises:
            NotSaved: the old file stands.
        """
        try:
            self._write_new(frame(payload) for payload in payloads)
        except OSError as error:
            raise not_saved(self.path, error) from error
        finally:
            self._catch_up()

    def _enter(self, *, writing: bool, wait: bool) -> bool:
        try:
            if not wait:
                return self._lock.try_acquire()
            self._lock.acquire()
        except (OSError, LockBusy) as error:
            if not writing:
                return wait
            if isinstance(error, OSError):
                raise not_saved(self._lock_path, error) from error
            raise NotSaved(f"Not saved: {error}") from error
        return True

    def _catch_up_for(self, *, writing: bool) -> None:
        try:
            self._catch_up()
        except Unreadable as error:
            if writing:
                raise NotSaved(f"Not saved: {error}") from error
            raise

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def _catch_up(self) -> None:
        if not self.stale():
            if self._handle is None:
                self._miss()
            return
        try:
            stat = self._files.stat(self.path)
            if stat is not None and not is_file(stat):
                self._set_aside("is no file")
                self._miss()
            elif stat is None and self._handle is not None and unharmed(self._handle, self._end):
                self._bring_back()
            elif stat is None or stat.st_size == 0:
                self._forget(None)
                self._miss()
            elif not (handle := self._handle) or not self._grown(handle, stat) or self._read_on(handle, stat):
                self._load()
        except OSError as error:
            passing = error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EINTR)
            if passing or self._damage is not Damage.CUT or not self._set_aside(f"can't be read ({why(error)})"):
                raise unreadable(self.path, error) from error

    def _bring_back(self) -> None:
        """Write the deleted file again; where that is not possible, what is written next does it."""
        self._writer = None
        self._suspect = True
        what = f"{self.path.name} was deleted while Handoff was running"
        try:
            if self._lock.held:
                self._append_to_new_file(b"")
                self._warn(f"{what}; it was written again, with all in it.")
        except NotSaved as error:
            self._warn(f"{what} and can't be written again yet. Keep this window open. {error.sentence}")

    def _grown(self, handle: Handle, stat: os.stat_result) -> bool:
        same = handle.identity == (stat.st_dev, stat.st_ino)
        return same and stat.st_size >= self._end and not self._doubted

    def _read_on(self, handle: Handle, stat: os.stat_result) -> bool:
        """Take in what stands behind the end; return whether a line was damaged."""
        damaged = self._consume(read_lines(handle, self._end, stat.st_size))
        self._leftover = (stat.st_size, stat.st_mtime_ns)
        return damaged

    def _miss(self) -> None:
        if not self._seen and self._marker.stands():
            self._warn(decisions_missing(self.path))

    def _forget(self, handle: Handle | None) -> None:
        self._seen = self._seen or handle is not None
        self._handle = handle
        self._writer = None
        self._suspect = False
        self._doubted = False
        self._leftover = None
        self._end = 0
        self._sink.clear(handle)

    def _load(self, *, mended: bool = False) -> None:
        handle = Handle(self._files, self._files.open(self.path, os.O_RDONLY))
        stat = os.fstat(handle.fd)
        first = next(read_lines(handle, 0, stat.st_size), None)
        header = parse_header(first.payload) if first is not None and first.kind is Kind.CLOSES else None
        if header != self._header:
            other = header.version if header is not None and header.format == self._header.format else None
            if self._damage is Damage.CUT:
                told = "could not be read" if other is None else "was written by another version of Handoff"
                self._set_aside(told)
                return
            if other is not None:
                raise JournalTooNew(too_new(self.path, other, self._header.version))
        self._forget(handle)
        self._tidy()
        headless = header != self._header
        if first is not None and not headless:
            self._end = self._sink.resume(handle, stat) or first.end
        damaged = self._read_on(handle, stat)
        if damaged or headless:
            self._recover(handle, stat.st_size, mended=mended)

    def _tidy(self) -> None:
        """Make the file private and see that its marker is there; neither is worth failing for."""
        self._marker.put()
        try:
            make_private(self.path)
        except OSError as error:
            self._warn(f"{self.path.name} can be read by other accounts of this machine: {why(error)}.")

    def _consume(self, lines: Iterable[Line]) -> bool:
        """Take in whole batches and move the end behind them; return whether a line was damaged."""
        batch: list[Line] = []
        damaged = False
        end = self._end
        for line in lines:
            if line.kind is Kind.TORN:
                break
            end = line.end
            if line.kind is Kind.BAD:
                damaged = True
                if self._damage is Damage.CUT:
                    return True
                continue
            batch.append(line)
            if line.kind is Kind.CLOSES:
                self._deliver(batch)
                batch = []
        if damaged:
            self._deliver(batch)
            self._end = end
        return damaged

    def _deliver(self, batch: list[Line]) -> None:
        take = self._sink.take
        for line in batch:
            take(line.data, line.start)
            self._end = line.end

    def _recover(self, handle: Handle, size: int, *, mended: bool) -> None:
        """Mend a damaged file: by a copy and a new file of all good lines, or by cutting at the damage."""
        if self._damage is Damage.CUT:
            self._warn(f"{self.path.name} was damaged; what was lost is pulled again from the CRM.")
            return
        if mended or not self._lock.held:
            self._warn(f"Part of {self.path.name} is damaged and could not be read; everything else was.")
            return
        raw = handle.read(size, 0)
        good = readable(handle, size)
        try:
            copy = copy_aside(self._files, self.path, raw)
            self._write_new(frame(payload) for payload in good)
        except OSError as error:
            self._warn(
                f"Part of {self.path.name} is damaged and could not be read; everything else was. "
                f"It could not be mended now: {why(error)}."
            )
            return
        self._warn(
            f"Part of {self.path.name} was damaged and could not be read; the other {len(good)} entries were "
            f"recovered. The damaged file is kept as {copy.name}."
        )
        self._load(mended=True)

    def _set_aside(self, what: str) -> bool:
        """Begin anew without the file, which keeps its content under another name; return whether that worked."""
        self._forget(None)
        if not self._lock.held:
            self._warn(f"{self.path.name} {what}.")
            return False
        disposable = self._damage is Damage.CUT
        try:
            kept = move_aside(self._files, self.path, "unreadable" if disposable else "damaged", over=disposable)
        except OSError as error:
            self._warn(f"{self.path.name} {what} and could not be put aside: {why(error)}.")
            return False
        after = " and everything is pulled again from the CRM" if disposable else ""
        self._warn(f"{self.path.name} {what}; it was put aside as {kept.name}{after} (in {self.path.parent}).")
        return True

    def _append(self, data: bytes) -> None:
        try:
            if self._writer is None:
                self._writer = Handle(self._files, self._files.open(self.path, os.O_WRONLY | os.O_APPEND))
            fd = self._writer.fd
            if os.fstat(fd).st_size > self._end:
                self._files.truncate(fd, self._end)
            written = False
            try:
                write_all(self._files, fd, data)
                written = True
                if self._durable:
                    self._files.flush(fd)
            except BaseException:
                self._suspect = written
                self._take_back(fd)
                raise
        except OSError as error:
            raise not_saved(self.path, error) from error

    def _take_back(self, fd: int) -> None:
        try:
            self._files.truncate(fd, self._end)
        except OSError:
            self._leave(fd)

    def _leave(self, fd: int) -> None:
        """Remember what could not be taken back, so that it is not read on as if it had been kept."""
        self._suspect = True
        stat = os.fstat(fd)
        self._leftover = (stat.st_size, stat.st_mtime_ns)

    def _append_to_new_file(self, data: bytes) -> int:
        """Write what is known to be good, and `data`, into a new file; return where `data` begins."""
        old = self._handle
        try:
            kept = old.read(self._end, 0) if old is not None else frame_header(self._header)
            if old is not None and len(kept) != self._end:
                raise NotSaved(f"Not saved: {self.path} was cut by another program. Start Handoff again.")
            self._files.make_folder(self.path.parent)
            try:
                write_whole(self._files, self.path, [kept, data])
            except OSError:
                self._adopt(len(kept))
                self._take_back_new()
                raise
            self._adopt(len(kept))
        except OSError as error:
            raise not_saved(self.path, error) from error
        self._suspect = False
        self._leftover = None
        self._marker.put()
        return len(kept)

    def _adopt(self, end: int) -> None:
        """Go on with the file that stands under the name now, if it is another one."""
        stat = self._files.stat(self.path)
        old = self._handle
        if stat is None or (old is not None and old.identity == (stat.st_dev, stat.st_ino)):
            return
        handle = Handle(self._files, self._files.open(self.path, os.O_RDONLY))
        self._seen = True
        self._handle = handle
        self._writer = None
        self._end = end
        if old is None:
            self._sink.clear(handle)
        else:
            self._sink.moved(handle)

    def _take_back_new(self) -> None:
        """Undo a new file whose name may not have reached the disk."""
        if self._handle is None:
            return
        self._suspect = True
        if os.fstat(self._handle.fd).st_size <= self._end:
            return
        try:
            fd = self._files.open(self.path, os.O_WRONLY)
        except OSError:
            self._leave(self._handle.fd)
            return
        try:
            self._take_back(fd)
        finally:
            self._files.close(fd)

    def _write_new(self, lines: Iterable[bytes]) -> None:
        def parts() -> Iterator[bytes]:
            yield frame_header(self._header)
            yield from lines

        self._files.make_folder(self.path.parent)
        write_whole(self._files, self.path, parts())
        self._marker.put()

"""TinyDB over a journal: tables of documents with text ids."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any
from uuid import uuid4

from tinydb import TinyDB
from tinydb.table import Table

from api.local.storage import Document, Documents, JournalStorage


class _Draft(MutableMapping[str, Document]):
    """A table while one update runs on it: remembers what it touched, so that only that is written."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self.touched: dict[str, Document | None] = {}

    def __getitem__(self, doc_id: str) -> Document:
        if doc_id not in self.touched:
            self.touched[doc_id] = self._documents[doc_id]
        document = self.touched[doc_id]
        if document is None:
            raise KeyError(doc_id)
        return document

    def __setitem__(self, doc_id: str, document: Document) -> None:
        self.touched[doc_id] = document

    def __delitem__(self, doc_id: str) -> None:
        if doc_id not in self:
            raise KeyError(doc_id)
        self.touched[doc_id] = None

    def __contains__(self, doc_id: object) -> bool:
        return self.touched[doc_id] is not None if doc_id in self.touched else doc_id in self._documents

    def __iter__(self) -> Iterator[str]:
        yield from (doc_id for doc_id in self._documents if doc_id in self)
        yield from (doc_id for doc_id in self.touched if doc_id in self and doc_id not in self._documents)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class JournalTable(Table):
    """A TinyDB table with text ids; every update becomes one batch of the documents it changed."""

    document_id_class = str  # type: ignore[assignment]  # TinyDB declares int and asks only for str() of it

    def __init__(self, storage: JournalStorage, name: str, cache_size: int = 0, persist_empty: bool = False) -> None:
        # Other processes change documents too, so a cache of query results would go stale.
        super().__init__(storage, name, cache_size, persist_empty)
        self._journal = storage

    def put(self, documents: Mapping[str, object]) -> None:
        """Insert or replace whole documents in one batch, one line each.

        Raises:
            NotSaved: nothing is kept.
        """
        if documents:
            self._journal.append([[(self.name, doc_id, document)] for doc_id, document in documents.items()])

    def _get_next_id(self) -> str:
        return uuid4().hex

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        with self._journal.journal.exclusive(writing=True):
            documents = Documents(self._journal, self.name)
            draft = _Draft(documents)
            updater(draft)
            changed = {doc_id: new for doc_id, new in draft.touched.items() if new != documents.get(doc_id)}
            self.put(changed)


class JournalDatabase(TinyDB):
    """TinyDB over one journal; takes the arguments of `JournalStorage`."""

    table_class = JournalTable  # type: ignore[assignment]  # TinyDB's documented hook, declared too narrowly
    default_storage_class = JournalStorage  # type: ignore[assignment]

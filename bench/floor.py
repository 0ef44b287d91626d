"""The least that a first pull takes: start, download every page from the hub, decode every lead, keep nothing.

python -P floor.py URL; the token is taken from HANDOFF_TOKEN.
"""

import os
import sys

import httpx
import msgspec

from api.model.changes import Page
from api.model.lead import Lead


def main(url: str, token: str) -> None:
    """Pull everything once."""
    pages, leads = msgspec.json.Decoder(Page), msgspec.json.Decoder(Lead)
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        cursor, more = "", True
        while more:
            page = pages.decode(client.get("/changes", params={"cursor": cursor, "limit": 500}).content)
            for change in page.changes:
                if change.kind == "lead":
                    leads.decode(change.record)
            cursor, more = page.cursor, page.more


if __name__ == "__main__":
    main(sys.argv[1], os.environ["HANDOFF_TOKEN"])

"""What each CRM can do, known without loading what talks to it."""

from api.crm.port import Capabilities

HUB = Capabilities()
"""Everything: the hub was made for it."""

"""The CRM server that ships with Handoff: leads in, decisions in, changes out, over HTTP."""

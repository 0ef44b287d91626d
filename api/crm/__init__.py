"""The CRMs that Handoff talks to, each in one file, behind one port."""

"""The commands: who carries each out, what it is for, and the shape of its JSON."""

from collections.abc import Mapping

from tui.cli.usage import arguments as args
from tui.cli.usage.configuring import CONFIG
from tui.cli.usage.configuring import GROUP as CONFIG_GROUP
from tui.cli.usage.entry import OUTCOMES, Entry, Group, help_of
from tui.cli.usage.helping import HELPING
from tui.cli.usage.verbs import VERBS

SIDE = """\
SIDE is {"by", "name", "at", "verb", "reason", "label", "answers": {KEY: VALUE}, "note"}
"""

MATTERS = (
    """\
--json: {"matters": [{"id", "kind", "lead", "title", "at": TIME, "sentence", "said", "ways": [WAY],
         "yours": SIDE or null, "theirs": SIDE or null}]}
kind is conflict, taken, refused, overturned (by somebody who insisted or took it back) or wish (for a lead you have);
said is what the CRM answered.
"""
    + SIDE
)

RESOLVED = (
    """\
yield    let theirs stand                  retry       do the same again on the lead as it is now
insist   stand by yours; they see it       edit        do it again with --reason, --answer or --note
reroute  neither: send it --to somebody    discard     give it up; the log keeps it
ask      ask whoever has the lead for it   hand-over   give the lead to whoever asked for it
keep     keep it, and tell them so         reconsider  take a yield or a discard back

"""
    + OUTCOMES
)

LEAD_WHOLE = """\
--json: {"lead": {…}, "criteria": [{"label", "met", "evidence"}], "campaign": {…} or null, "owner",
         "unsettled": [{"lead", "title", "verb", "reason", "result", "sentence"}]}
"""

VIEWS = '--json: {"views": [{"name", "own": BOOL, "leads": N, "view", "sort", "filter"}]}'

LISTED = """\
columns: id, due, state, lead, company, fit, eng, from (shown unless others are named), campaign, origin, score, owner,
waiting, handed, pass, mark, reason, by, decided, snoozed, next. With --tsv, times are ISO 8601 in UTC, and reasons,
campaigns and owners are their codes; what a spreadsheet would take for a formula has an apostrophe before it.

--json: {"leads": [{"id", "title", "company", "state", "owner", "due_at", "handed_at", "fit", "engagement",
         "campaign", "origin", "pass", "mark", "reason", "decided_by", "decided_at", "snoozed_until"}],
         "shown": N, "total": N, "view", "sort"}
"""

UNSENT = """\
{"operation", "lead", "title", "verb", "sentence", "at": TIME, "attempts": N,
         "problem", "next_try": TIME or null, "offered": BOOL}"""


GROUPS: Mapping[str, Group] = {
    "views": Group("List the views (so without WHAT too), or keep and drop your own.", "WHAT", alone=True),
    "connect": Group("Join a CRM: “connect hub URL”.", "CRM"),
    "user": Group("Give somebody an account at the hub, or a new token: “user add NAME”, “user token ID”.", "WHAT"),
    "outbox": Group(
        "List what is saved here and not sent yet (so without WHAT too), or carry it to another machine.",
        "WHAT",
        alone=True,
    ),
    "config": CONFIG_GROUP,
}


ENTRIES: tuple[Entry, ...] = (
    Entry("demo", "demo", "run", "Try it: start a hub with sample leads that keep arriving, and open it.", args.demo),
    Entry(
        "connect hub",
        "connecting",
        "connect_hub",
        "Join a Handoff hub; the token is asked for, or taken from HANDOFF_TOKEN.",
        args.connect,
        '--json: {"person": {"id", "name", "role", "team", …}, "url", "token_kept": SENTENCE, "leads": N}',
    ),
    Entry("serve", "serving", "serve", "Run a hub: the CRM server for a team.", args.serve),
    Entry(
        "user add",
        "serving",
        "add_user",
        "Add a person to the hub's database and print their token, once.",
        args.user_add,
        '--json: {"person": {"id", "name", "role", "team", …}, "token"}',
    ),
    Entry(
        "user token",
        "serving",
        "issue_token",
        "Print a new token for a person of the hub, once; earlier ones stay good.",
        args.user_tokens,
        '--json: {"person": {"id", "name", "role", "team", …}, "token"}',
    ),
    Entry(
        "user revoke",
        "serving",
        "revoke_tokens",
        "Make all tokens of a person of the hub worthless.",
        args.user_tokens,
        '--json: {"person": {"id", "name", "role", "team", …}, "revoked": N}',
    ),
    Entry(
        "next",
        "showing",
        "next_lead",
        "Show the lead that is to be decided next, whole; at a terminal, ask what to do and go on to the one after.",
        args.on_top,
        LEAD_WHOLE + "lead and owner are null when nothing waits. The exit code is 0 either way where it does not ask.",
    ),
    Entry(
        "list",
        "listing",
        "list_leads",
        "List what waits for a decision, what is due first on top; or another view.",
        args.listing,
        LISTED,
    ),
    Entry(
        "views list",
        "listing",
        "list_views",
        "List the views, your own too, each with how many leads it holds.",
        args.nothing,
        VIEWS,
    ),
    Entry(
        "views keep",
        "listing",
        "keep_view",
        "Keep a filter and an order as a view of your own, under a name; one of that name is replaced.",
        args.keep_view,
        VIEWS,
    ),
    Entry(
        "views drop",
        "listing",
        "drop_view",
        "Drop a view of your own; its leads are not touched.",
        args.drop_view,
        VIEWS,
    ),
    Entry(
        "show",
        "showing",
        "show_lead",
        "Show one lead whole: why it was sent, what it was told, its campaign, its story.",
        args.show,
        LEAD_WHOLE,
    ),
    Entry(
        "watch",
        "watching",
        "watch",
        "Print who arrives or is back, what others do to your leads, what gets due soon, a line each, until Ctrl+C.",
        args.watching,
        '--json, one object a line: {"at": TIME, "event", "id", "sentence", "title", "company", "campaign",\n'
        '         "due_at": TIME or null}; event is arrived, back, others or due.\n'
        "It keeps this profile in step with the CRM; beside an open window it shares that one’s line.",
    ),
    *VERBS,
    Entry("undo", "deciding", "undo", help_of("undo"), args.undo, OUTCOMES),
    Entry("ask", "resolving", "ask", "Ask whoever has the lead to hand it over.", args.ask, OUTCOMES),
    Entry("redo", "deciding", "redo", help_of("redo"), args.waiting, OUTCOMES),
    Entry(
        "conflicts",
        "resolving",
        "conflicts",
        "List everything that needs you: conflicts, refused and overturned decisions, wishes for leads you have.",
        args.nothing,
        MATTERS,
    ),
    Entry(
        "resolve",
        "resolving",
        "resolve",
        "Settle what needs you, in one of the ways that are possible.",
        args.resolve,
        RESOLVED,
    ),
    Entry(
        "log",
        "telling",
        "log",
        "List everything that was done on this profile, the newest first, and what became of it.",
        args.log,
        '--json: {"operations": [{"operation", "lead", "title", "verb", "sentence", "by", "name", "at": TIME,\n'
        '         "outcome", "answered_at": TIME or null, "said", "settled": WAY or null, "settled_at": TIME or null,\n'
        '         "withdrawn_at": TIME or null, "undoes", "insists"}], "shown": N}\n'
        "outcome is pending, applied, already, agreed, taken, conflict, refused or withdrawn.",
    ),
    Entry(
        "outbox list",
        "outbox",
        "list_unsent",
        "List what is saved here and not sent yet: since when, how often it was tried, and what hinders it.",
        args.nothing,
        f'--json: {{"unsent": [{UNSENT}]}}',
    ),
    Entry(
        "outbox export",
        "outbox",
        "export",
        "Write what is not sent yet, and what needs you, into a file for another machine; needs no network.",
        args.export,
        "FILE can be read by you alone. What is in it stays here too: the CRM takes each decision once. What you undo\n"
        "here later is still in FILE.\n"
        '--json (with a FILE): {"file", "unsent": N, "matters": N}',
    ),
    Entry(
        "outbox import",
        "outbox",
        "take_in",
        "Take in what “handoff outbox export” wrote on another machine; “handoff sync” sends it.",
        args.take_in,
        '--json: {"taken": N, "known": N, "pending": N}',
    ),
    Entry(
        "reasons",
        "showing",
        "list_reasons",
        "List the agreed reasons and what each asks for.",
        args.nothing,
        '--json: {"agreement": VERSION, "reasons": [{"code", "label", "sentence", "moment", "asks": [{"key", "label",\n'
        '         "kind", "options", "word", "required", "prefilled"}]}]}',
    ),
    Entry(
        "sync",
        "syncing",
        "sync",
        help_of("sync"),
        args.nothing,
        '--json: {"pulled": N, "sent": N, "pending": N, "elsewhere": BOOL, "problem": SENTENCE or null,\n'
        '         "outcomes": [{"operation", "result", "sentence"}]}',
    ),
    Entry(
        "status",
        "standing",
        "status",
        "Say who you are, how the line stands, what is not sent yet, and what needs you; asks nobody.",
        args.nothing,
        '--json: {"connected_to": URL or null, "person": {…} or null, "leads": N, "waiting": N,\n'
        '         "line": {"connected": BOOL or null, "since": TIME or null, "signed_out": BOOL, "live": BOOL,\n'
        '                  "elsewhere": BOOL, "failures": N, "next_try": TIME or null} or null,\n'
        '         "last_exchange": TIME or null, "pending": N, "oldest_pending": TIME or null,\n'
        '         "unsent": [as “outbox list”], "conflicts": N, "refused": N, "overturned": N, "wishes": N,\n'
        '         "matters": [as “conflicts”],\n'
        '         "unsettled": [{"lead", "title", "verb", "reason", "result", "sentence"}], "agreement": VERSION,\n'
        '         "message": SENTENCE, "cannot": [SENTENCE], "warnings": [SENTENCE]}\n'
        "The exit code is 0 whatever the state.",
    ),
    Entry(
        "import",
        "importing",
        "import_file",
        "Read a CSV file and hand its leads over; shows what was understood first.",
        args.import_file,
        '--json: {"kind", "file", "source", "applied": BOOL, "columns": {FIELD: COLUMN}, "ignored": [COLUMN],\n'
        '         "read": N, "created": N, "updated": N, "unchanged": N, "notes": [SENTENCE],\n'
        '         "rejected": [{"line", "field", "sentence"}], "remarks": [{"line", "sentence"}]}',
    ),
    *CONFIG,
    *HELPING,
)

"""Drives evolution-data-server, the part of Evolution that talks to servers, through its library."""
import json

import gi

gi.require_version("EDataServer", "1.2")
gi.require_version("ECal", "2.0")
gi.require_version("ICalGLib", "3.0")
from datetime import datetime, timedelta, timezone

from gi.repository import ECal, EDataServer, GLib, GObject, ICalGLib

from checks import BASE, PASSWORD, USER, calendar, component, http, note, ok, until

MANY = 200
MAIN = f"/CalDAV/~{USER}/Calendar/"
TASKS = f"/CalDAV/~{USER}/Tasks/"
day = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def at(days, hour=9):
    return (day + timedelta(days=days, hours=hour)).strftime("%Y%m%dT%H%M%SZ")


def event(uid, days, *lines):
    return component("VEVENT", uid, f"DTSTART:{at(days)}", f"DTEND:{at(days, 10)}", *lines)


def put(path, lines):
    return http("PUT", path, calendar(*lines))[0]


def turn(probe, seconds=20):
    """`until`, with the library's own events handled in between."""

    def step():
        while GLib.MainContext.default().iteration(False):
            pass
        return probe()

    return until(step, seconds)


def credentials(password):
    given = EDataServer.NamedParameters.new()
    given.set("username", USER)
    given.set("password", password)
    return given


def new_source(registry, name, path, extension):
    """A source as Evolution's account window makes it."""
    source = EDataServer.Source.new_with_uid(f"compat-{name}", None)
    source.set_display_name(name)
    source.set_parent("caldav-stub")
    source.get_extension(extension).set_backend_name("caldav")
    source.get_extension("WebDAV Backend").set_uri(GLib.Uri.parse(BASE + path, GLib.UriFlags.ENCODED))
    authentication = source.get_extension("Authentication")
    authentication.set_user(USER)
    authentication.set_method("plain/password")
    authentication.set_host("127.0.0.1")
    source.get_extension("Security").set_method("none")
    source.get_extension("Offline").set_stay_synchronized(True)
    registry.commit_source_sync(source, None)
    return turn(lambda: registry.ref_source(f"compat-{name}"))


def discover(source):
    """Addresses by name, and the addresses of the user, as Evolution's "Find Calendars" shows them."""
    only = EDataServer.WebDAVDiscoverSupports.EVENTS | EDataServer.WebDAVDiscoverSupports.TASKS
    try:
        source.get_extension("WebDAV Backend").set_uri(GLib.Uri.parse(BASE + "/", GLib.UriFlags.ENCODED))
        done = EDataServer.webdav_discover_sources_sync(source, BASE + "/", only, credentials("wrong"), None)
        ok("a wrong password finds nothing", False, done)
    except GLib.Error as error:
        ok("a wrong password is told as such", "nauthori" in error.message, error.message)
    held, _pem, _errors, found, addresses = EDataServer.webdav_discover_sources_sync(
        source, BASE + "/", only, credentials(PASSWORD), None
    )
    by_path = {GLib.Uri.parse(one.href, GLib.UriFlags.ENCODED).get_path(): one for one in found}
    ok("finds Calendar and Tasks from the bare address", held and {MAIN, TASKS} <= set(by_path), list(by_path))
    kinds = EDataServer.WebDAVDiscoverSupports
    ok("Calendar is for events", by_path[MAIN].supports & kinds.EVENTS)
    ok("Tasks is for tasks only", by_path[TASKS].supports & kinds.TASKS and not by_path[TASKS].supports & kinds.EVENTS)
    note(f"addresses of the user: {addresses}")


def connect(source, kind):
    """A client of a calendar, connected by the one it asks for a password."""
    given = []
    ECal.Client.connect(source, kind, 0, None, lambda _none, result: given.append(ECal.Client.connect_finish(result)))
    turn(lambda: given)
    connected = EDataServer.SourceConnectionStatus.CONNECTED
    ok(f"{source.get_display_name()} connects", turn(lambda: source.get_connection_status() == connected))
    ok("and can be written to", given and turn(lambda: not given[0].is_readonly()))
    return given[0]


def summaries(client):
    _held, found = client.get_object_list_sync("#t", None)
    return sorted(one.get_summary() for one in found)


def shows(client, *wanted, without=()):
    """Whether these appear, and those do not, after asking the server."""

    def look():
        client.refresh_sync(None)
        seen = summaries(client)
        return all(name in seen for name in wanted) and not any(name in seen for name in without)

    return turn(look)


def stored(path):
    status, text = http("GET", path)
    return text.replace("\r\n ", "") if status == 200 else f"status {status}"


def add(client, lines):
    none = ECal.OperationFlags.NONE
    return client.create_object_sync(ICalGLib.Component.new_from_string("\r\n".join(lines) + "\r\n"), none, None)[1]


def modify(client, uid, change, scope=ECal.ObjModType.ALL):
    _held, one = client.get_object_sync(uid, None, None)
    change(one)
    return client.modify_object_sync(one, scope, ECal.OperationFlags.NONE, None)


def writing(client):
    add(client, event("made@eds", 1, "SUMMARY:Made in Evolution ü"))
    ok("an event it adds is stored", "Made in Evolution ü" in stored(f"{MAIN}made@eds.ics"), stored(f"{MAIN}made@eds.ics"))
    modify(client, "made@eds", lambda one: one.set_summary("Modified in Evolution"))
    ok("an event it changes is stored", "Modified in Evolution" in stored(f"{MAIN}made@eds.ics"))
    modify(client, "m7@eds", lambda one: one.set_summary("Modified as well"))
    ok("and one that others made", "Modified as well" in stored(f"{MAIN}m7.ics"), stored(f"{MAIN}m7.ics"))
    client.remove_object_sync("made@eds", None, ECal.ObjModType.ALL, ECal.OperationFlags.NONE, None)
    ok("an event it deletes is gone", stored(f"{MAIN}made@eds.ics") == "status 404")


def recurring(client):
    add(client, event("weekly@eds", 1, "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Weekly"))
    one = event("weekly@eds", 8, f"RECURRENCE-ID:{at(8)}", "SUMMARY:One changed")
    changed = ICalGLib.Component.new_from_string("\r\n".join(one) + "\r\n")
    client.modify_object_sync(changed, ECal.ObjModType.THIS, ECal.OperationFlags.NONE, None)
    text = stored(f"{MAIN}weekly@eds.ics")
    ok("one changed occurrence is an exception", text.count("BEGIN:VEVENT") == 2 and "One changed" in text, text)
    this = day + timedelta(days=15, hours=9)
    client.remove_object_sync("weekly@eds", this.strftime("%Y%m%dT%H%M%SZ"), ECal.ObjModType.THIS, 0, None)
    text = stored(f"{MAIN}weekly@eds.ics")
    ok("one removed occurrence is left out", f"EXDATE:{at(15)}" in text, text)


def changed_elsewhere(client):
    put(f"{MAIN}m1.ics", event("m1@eds", 1, "SUMMARY:Changed elsewhere"))
    put(f"{MAIN}new.ics", event("new@eds", 1, "SUMMARY:Added elsewhere"))
    http("DELETE", f"{MAIN}m2.ics")
    seen = shows(client, "Changed elsewhere", "Added elsewhere", without=("Many 1", "Many 2"))
    ok("changes, additions and removals by others appear", seen, len(summaries(client)))


def conflict(client):
    put(f"{MAIN}m3.ics", event("m3@eds", 1, "SUMMARY:Written by another"))
    try:
        modify(client, "m3@eds", lambda one: one.set_summary("Written by Evolution"))
        note("a change of an outdated event is accepted")
    except GLib.Error as error:
        note(f"a change of an outdated event ends with: {error.message}")
    kept = stored(f"{MAIN}m3.ics")
    ok("after a change of an outdated event both sides agree", turn(lambda: shows(client, *named(kept))), kept)


def follow(registry, url):
    """A client of a calendar "on the web", as Evolution's dialog makes it; and what the data server complains of."""
    source = EDataServer.Source.new_with_uid("compat-feed", None)
    source.set_display_name("Feed")
    source.set_parent("webcal-stub")
    source.get_extension("Calendar").set_backend_name("webcal")
    source.get_extension("WebDAV Backend").set_uri(GLib.Uri.parse(url, GLib.UriFlags.ENCODED))
    source.get_extension("Security").set_method("none")
    registry.commit_source_sync(source, None)
    complaints = []
    source = turn(lambda: registry.ref_source("compat-feed"))
    client = ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, 10, None)
    # "connect" of a client means something else.
    GObject.Object.connect(client, "backend-error", lambda _client, message: complaints.append(message))
    return source, client, complaints


def feed(registry):
    """A secret link as a calendar on the web: what it shows, what changes, and that it ends."""
    wish = json.dumps({"calendars": ["Calendar"], "level": "titles"})
    status, text = http("POST", "/api/links", wish, "application/json")
    made = json.loads(text) if status == 201 else {}
    source, client, complaints = follow(registry, made["webcal"])
    ok("a link shows the calendar", shows(client, "Many 9", "Added elsewhere"), len(summaries(client)))
    ok("which cannot be written to", turn(client.is_readonly))
    put(f"{MAIN}feed.ics", event("feed@eds", 3, "SUMMARY:For followers", "LOCATION:Nobody's business"))
    ok("a change appears after a refresh", shows(client, "For followers"), len(summaries(client)))
    _held, one = client.get_object_sync("feed@eds", None, None)
    ok("as much of it as the link shows", one.get_location() is None, one.as_ical_string())
    http("DELETE", f"{MAIN}feed.ics")
    ok("what is gone is told as cancelled", shows(client, "Cancelled", without=("For followers",)), summaries(client)[:5])
    http("DELETE", f"/api/links/{made['id']}")

    def ended():
        client.refresh_sync(None)
        return complaints or source.get_connection_status() != EDataServer.SourceConnectionStatus.CONNECTED

    ok("a link that is revoked gives an error", turn(ended), source.get_connection_status())
    note(f"a link that is revoked: {source.get_connection_status().value_nick} {complaints[:1]}")


def named(text):
    return [line.removeprefix("SUMMARY:") for line in text.splitlines() if line.startswith("SUMMARY:")]


def tasks(registry):
    put(f"{TASKS}there.ics", component("VTODO", "there@eds", "SUMMARY:Task from elsewhere"))
    client = connect(new_source(registry, "Tasks", TASKS, "Task List"), ECal.ClientSourceType.TASKS)
    ok("a task of the server appears", shows(client, "Task from elsewhere"), summaries(client))
    add(client, component("VTODO", "task@eds", "SUMMARY:Task", f"DUE:{at(3)}"))
    ok("a task it adds is stored", "SUMMARY:Task" in stored(f"{TASKS}task@eds.ics"))
    modify(client, "task@eds", lambda one: one.set_status(ICalGLib.PropertyStatus.COMPLETED))
    ok("a task it completes is completed", "STATUS:COMPLETED" in stored(f"{TASKS}task@eds.ics"))
    client.remove_object_sync("task@eds", None, ECal.ObjModType.ALL, ECal.OperationFlags.NONE, None)
    ok("a task it deletes is gone", stored(f"{TASKS}task@eds.ics") == "status 404")


def main():
    registry = EDataServer.SourceRegistry.new_sync(None)
    registry.connect(
        "credentials-required",
        lambda _registry, source, *_why: source.invoke_authenticate(credentials(PASSWORD), None, None),
    )
    made = {put(f"{MAIN}m{i}.ics", event(f"m{i}@eds", i % 60, f"SUMMARY:Many {i}")) for i in range(MANY)}
    ok(f"{MANY} events are on the server", made == {201}, made)
    discover(new_source(registry, "Found", "/", "Calendar"))
    client = connect(new_source(registry, "Calendar", MAIN, "Calendar"), ECal.ClientSourceType.EVENTS)
    ok(f"all {MANY} appear", turn(lambda: len(summaries(client)) == MANY), len(summaries(client)))
    writing(client)
    recurring(client)
    changed_elsewhere(client)
    conflict(client)
    tasks(registry)
    feed(registry)


main()

"""Reads, writes, searches and syncs with the Python library caldav."""
import warnings
from datetime import datetime, timedelta, timezone

import caldav
from caldav.lib import error

from checks import BASE, PASSWORD, USER, calendar, component, http, ok

warnings.simplefilter("ignore")
day = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)


def at(days, hour=9):
    return (day + timedelta(days=days, hours=hour)).strftime("%Y%m%dT%H%M%SZ")


def event(uid, days, *lines):
    return calendar(*component("VEVENT", uid, f"DTSTART:{at(days)}", f"DTEND:{at(days, 10)}", *lines))


def names(objects):
    return sorted(str(found.icalendar_component["SUMMARY"]) for found in objects)


def refused(action, *kinds):
    """Whether `action` fails with one of these errors."""
    try:
        action()
    except kinds:
        return True
    return False


def sign_in():
    wrong = caldav.DAVClient(BASE, username=USER, password="wrong")
    ok("a wrong password is an authorization error", refused(wrong.principal, error.AuthorizationError))
    client = caldav.DAVClient(BASE, username=USER, password=PASSWORD)
    principal = client.principal()
    ok("finds the principal from the bare address", f"/{USER}" in str(principal.url), principal.url)
    ok("the server says it has calendars", client.check_cdav_support() and client.check_dav_support())
    return client, principal


def calendars(principal):
    found = {c.get_display_name(): c for c in principal.calendars()}
    ok("lists Calendar and Tasks", {"Calendar", "Tasks"} <= set(found), list(found))
    ok("Tasks takes tasks only", found["Tasks"].get_supported_components() == ["VTODO"])
    made = principal.make_calendar(name="Made by a script ü", cal_id="made", supported_calendar_component_set=["VEVENT"])
    ok("makes a calendar", "Made by a script ü" in [c.get_display_name() for c in principal.calendars()])
    ok("with the components asked for", made.get_supported_components() == ["VEVENT"], made.get_supported_components())
    made.set_properties([caldav.dav.DisplayName("Renamed")])
    ok("renames it", made.get_display_name() == "Renamed", made.get_display_name())
    same = principal.calendar(name="Renamed")
    ok("finds it by its name", str(same.url) == str(made.url), same.url)
    made.delete()
    ok("removes it", "Renamed" not in [c.get_display_name() for c in principal.calendars()])
    return found["Calendar"], found["Tasks"]


def objects(main):
    one = main.save_event(event("one@py", 1, "SUMMARY:One ü", "LOCATION:Here"))
    ok("adds an event", http("GET", str(one.url))[0] == 200, one.url)
    by_uid = main.event_by_uid("one@py")
    ok("finds it by its UID", str(by_uid.url) == str(one.url), by_uid.url)
    by_uid.icalendar_component["SUMMARY"] = "One changed"
    by_uid.save()
    ok("changes it", "One changed" in http("GET", str(one.url))[1])
    twice = lambda: main.save_event(event("one@py", 1, "SUMMARY:Again"), no_overwrite=True)
    ok("is told that it exists", refused(twice, error.ConsistencyError))
    absent = lambda: main.save_event(event("none@py", 1, "SUMMARY:None"), no_create=True)
    ok("is told that it does not exist", refused(absent, error.ConsistencyError))
    made = main.save_event(dtstart=day + timedelta(days=2), dtend=day + timedelta(days=2, hours=1), summary="From fields")
    ok("adds an event made from fields", "From fields" in http("GET", str(made.url))[1])
    ok("reads an object by its address", main.event_by_url(str(one.url)).icalendar_component["UID"] == "one@py")
    several = main.calendar_multiget([one.url, made.url])
    ok("reads several at once", names(several) == ["From fields", "One changed"], names(several))
    made.delete()
    ok("removes an event", refused(made.load, error.NotFoundError))
    both = calendar(*component("VEVENT", "a@py", f"DTSTART:{at(1)}"), *component("VEVENT", "b@py", f"DTSTART:{at(1)}"))
    ok("two UIDs in one object are refused", refused(lambda: main.save_event(both), error.DAVError))


def search(main):
    main.save_event(event("daily@py", 3, "RRULE:FREQ=DAILY;COUNT=10", "SUMMARY:Daily", "CATEGORIES:Sport,Home"))
    main.save_event(event("place@py", 4, "SUMMARY:Somewhere", "LOCATION:Größer"))
    start, end = day + timedelta(days=4), day + timedelta(days=6)
    found = main.search(event=True, start=start, end=end, expand=False)
    ok("searches a range", names(found) == ["Daily", "Somewhere"], names(found))
    found = main.search(event=True, start=start, end=end, expand=True)
    ok("expands a series", names(found) == ["Daily", "Daily", "Somewhere"], names(found))
    ok("into events without a rule", all("RRULE" not in one.data for one in found))
    found = main.date_search(start, end)
    ok("the older search gives the same series", len(found) == 2, len(found))
    ok("searches a summary", names(main.search(event=True, summary="Dail")) == ["Daily"])
    ok("searches a location, letter by letter", names(main.search(event=True, location="Her")) == ["One changed"])
    ok("where case counts", main.search(event=True, location="her") == [])
    ok("searches a category", names(main.search(event=True, category="Home")) == ["Daily"])
    ok("finds nothing where there is nothing", main.search(event=True, start=day - timedelta(days=9), end=day) == [])
    ok("lists all events", len(main.events()) == 3, len(main.events()))


def free_busy(main):
    answer = main.freebusy_request(day + timedelta(days=1), day + timedelta(days=5))
    periods = [str(line) for line in answer.data.splitlines() if line.startswith("FREEBUSY")]
    ok("free/busy has the periods of the range", at(1) in answer.data and at(4) in answer.data, answer.data)
    ok("and no others", at(5) not in "".join(periods), periods)


def sync(main):
    first = main.objects(load_objects=True)
    ok("the first sync gives all with their data", names(first) == names(main.events()), names(first))
    ok("nothing changed: nothing to do", list(main.objects_by_sync_token(first.sync_token)) == [])
    one = main.event_by_uid("one@py")
    one.icalendar_component["SUMMARY"] = "One synced"
    one.save()
    main.save_event(event("late@py", 8, "SUMMARY:Late"))
    main.event_by_uid("place@py").delete()
    updated, deleted = first.sync()
    ok("a sync brings the new and the changed", names(updated) == ["Late", "One synced"], names(updated))
    ok("and what is gone", len(list(deleted)) == 1 and len(list(first)) == 3, list(deleted))


def tasks(main):
    main.save_todo(summary="First", due=day + timedelta(days=3), priority=1)
    second = main.save_todo(summary="Second", due=day + timedelta(days=2))
    found = [str(one.icalendar_component["SUMMARY"]) for one in main.todos()]
    ok("lists tasks by the day they are due", found == ["Second", "First"], found)
    second.complete()
    ok("a completed task is listed no more", names(main.todos()) == ["First"], names(main.todos()))
    ok("except on request", names(main.todos(include_completed=True)) == ["First", "Second"])
    ok("its state is on the server", "STATUS:COMPLETED" in http("GET", str(second.url))[1])
    for one in main.todos(include_completed=True):
        one.delete()
    ok("removes tasks", main.todos(include_completed=True) == [])


_client, me = sign_in()
events, todos = calendars(me)
objects(events)
search(events)
free_busy(events)
sync(events)
tasks(todos)

"""What the scripts beside this one share: they print one check a line as JSON, and look at the server behind a client's back."""
import base64
import json
import os
import time
import urllib.error
import urllib.request

BASE = os.environ["BASE"]
USER = os.environ["ACCOUNT"]
PASSWORD = os.environ["PASSWORD"]


def ok(text, held, detail=""):
    print(json.dumps({"text": text, "held": bool(held), "detail": str(detail)}), flush=True)
    return bool(held)


def note(text):
    print(json.dumps({"note": text}), flush=True)


def http(method, url, body=None, content_type="text/calendar; charset=utf-8"):
    """Status and text of one request; `url` is a path of the server or a whole address."""
    request = urllib.request.Request(url if "://" in url else BASE + url, method=method)
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
    if body is not None:
        request.data = body.encode()
        request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def until(probe, seconds=20):
    """Asks until `probe` gives something true or the time is over; gives the last answer."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.2)


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Kalends//Compat//EN", *lines, "END:VCALENDAR", ""])


def component(name, uid, *lines):
    return [f"BEGIN:{name}", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, f"END:{name}"]

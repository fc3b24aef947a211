import {
  addMember,
  collectionDelete,
  collectionMove,
  defineExtension,
  type Extension,
  lockMethods,
  lockProperties,
  unlockMethods,
} from "@kalends/dav-core";
import { multiput } from "./bulk/multiput.js";
import { CALENDAR, CALENDAR_OBJECT, kinds, reservedSlugs, SUBSCRIBED_CALENDAR } from "./kinds.js";
import { alarmProperties } from "./properties/alarms.js";
import { boundProperties } from "./properties/bounds.js";
import { calendarProperties } from "./properties/calendar.js";
import { homeProperties } from "./properties/home.js";
import { inboxProperties } from "./properties/inbox.js";
import { objectProperties } from "./properties/object.js";
import { subscribedProperties } from "./properties/subscribed.js";
import { timezoneProperties } from "./properties/timezone.js";
import { getCalendar } from "./read/get-calendar.js";
import { getObject } from "./read/get-object.js";
import { calendarMultiget } from "./reports/calendar-multiget.js";
import { calendarQuery } from "./reports/calendar-query.js";
import { freeBusyQuery } from "./reports/free-busy-query.js";
import { addObject } from "./write/add-object.js";
import { copyCalendar } from "./write/copy-calendar.js";
import { deleteObject } from "./write/delete-object.js";
import { noRules, type WriteRules } from "./write/guards.js";
import { putObject } from "./write/put-object.js";
import { transferMethods } from "./write/transfer-object.js";

/** What can be locked: the inbox and what is in it cannot. */
const LOCKABLE = [CALENDAR, SUBSCRIBED_CALENDAR, CALENDAR_OBJECT] as const;

/** CalDAV access (RFC 4791) under the rules of other packages for what is written. */
export const caldavWith = (rules: WriteRules): Extension =>
  defineExtension({
    name: "caldav",
    features: [
      "calendar-access",
      "calendar-query-extended",
      "calendar-no-timezone",
      "calendar-availability",
      // The same before it was a standard; Apple looks for it.
      "inbox-availability",
    ],
    kinds,
    properties: [
      ...calendarProperties,
      ...timezoneProperties,
      ...boundProperties,
      ...alarmProperties,
      ...objectProperties,
      ...homeProperties,
      ...inboxProperties,
      ...subscribedProperties,
      ...lockProperties(LOCKABLE),
      addMember([CALENDAR]),
    ],
    reports: [calendarQuery, calendarMultiget, freeBusyQuery],
    methods: [
      ...putObject(rules),
      deleteObject(rules),
      ...transferMethods(rules),
      copyCalendar(rules),
      ...lockMethods(LOCKABLE, [CALENDAR]),
      ...unlockMethods(LOCKABLE, [CALENDAR]),
      collectionMove([CALENDAR, SUBSCRIBED_CALENDAR]),
      collectionDelete([CALENDAR, SUBSCRIBED_CALENDAR]),
      getCalendar,
      getObject,
    ],
    posts: [addObject(rules), multiput(rules)],
    mailboxRoots: ["/CalDAV/"],
    reservedSlugs,
  });

/** The same without further rules. */
export const caldav: Extension = caldavWith(noRules);

import type { JComponent } from "./jcal.js";

export type ComponentName = "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY" | "VAVAILABILITY";

/** One calendar object resource (RFC 4791 4.1): all components of one UID. */
export interface CalendarObject {
  readonly calendar: JComponent;
  readonly uid: string;
  readonly component: ComponentName;
  /** The component without RECURRENCE-ID; absent when only single instances are stored (CAL-06). */
  readonly master: JComponent | undefined;
  readonly overrides: readonly JComponent[];
  /** The VTIMEZONEs of the object by TZID. */
  readonly timezones: ReadonlyMap<string, JComponent>;
}

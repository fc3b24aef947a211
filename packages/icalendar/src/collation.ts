/** A collation of RFC 4790 and RFC 5051 as the names of RFC 4791 7.5; "default" means the first. */
export const COLLATIONS = ["i;ascii-casemap", "i;octet", "i;unicode-casemap"] as const;
export type Collation = (typeof COLLATIONS)[number];
export type MatchType = "contains" | "equals" | "starts-with" | "ends-with";

/** The form of a text in which a collation compares: i;ascii-casemap folds A to Z only. */
export function collate(text: string, collation: Collation): string {
  switch (collation) {
    case "i;octet":
      return text;
    case "i;ascii-casemap":
      return text.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
    case "i;unicode-casemap":
      return text.toLowerCase().normalize("NFKD");
  }
}

/** Whether a text matches a sought one, both collated already. */
export function compareText(text: string, sought: string, type: MatchType): boolean {
  switch (type) {
    case "contains":
      return text.includes(sought);
    case "equals":
      return text === sought;
    case "starts-with":
      return text.startsWith(sought);
    case "ends-with":
      return text.endsWith(sought);
  }
}

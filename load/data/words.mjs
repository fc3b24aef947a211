// What people write into calendars, in the scripts they write it in.

export const TITLES = [
  "Standup",
  "Zahnarzt",
  "Déjeuner avec l’équipe",
  "定例会議",
  "Quarterly numbers; first draft",
  "Elternabend",
  "Встреча",
  "Yoga 🧘",
  "Planning, next sprint",
  "Besuch von Großmutter",
  "Kick-off «Łódź»",
  "Interview: Siân",
  "Vuelo a Málaga ✈️",
  "פגישה",
  "Release",
];

export const PLACES = ["Raum 3.07", "Café Zoë, Hauptstraße 12", "東京オフィス", "Online", "2nd floor", "Salle Curie"];

export const PEOPLE = [
  "Zoë Martin",
  "Jürgen Groß",
  "田中 花子",
  "Łukasz Nowak",
  "Ana Muñoz",
  "Иван Петров",
  "Siân Evans",
];

const WORDS = (
  "please bring the figures of last quarter and tell before Friday whether you can come; dial-in follows " +
  "Unterlagen vorab lesen – Änderungen bis Dienstag nous verrons les résultats et la prochaine étape " +
  "議題 進捗 次のステップ agenda, notes, questions and answers"
).split(" ");

/** About so many characters of prose, with a line break now and then. */
export function prose(draw, length) {
  let text = "";
  while (text.length < length) text += `${text === "" ? "" : draw.chance(0.06) ? "\n" : " "}${draw.one(WORDS)}`;
  return text;
}

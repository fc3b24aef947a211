// The house: a package imports only from floors below, rooms on one floor never import each other.
const floors = [
  ["dav-xml", "icalendar", "ftp"],
  ["store"],
  ["acl"],
  ["dav-core"],
  ["caldav", "files"],
  ["accounts", "calendardata", "freebusy"],
  ["server"],
];
const any = (names) => `^packages/(${names.join("|")})/`;
const notTests = "\\.(test|prop\\.test)\\.ts$";

const upward = floors.slice(0, -1).map((names, i) => ({
  name: `upward-from-floor-${i}`,
  severity: "error",
  from: { path: any(names), pathNot: notTests },
  to: { path: any([...floors.slice(i + 1).flat(), "testkit"]) },
}));
const sideways = floors
  .filter((names) => names.length > 1)
  .map((names) => ({
    name: "sideways",
    severity: "error",
    from: { path: `^packages/(${names.join("|")})/`, pathNot: notTests },
    to: { path: any(names), pathNot: "^packages/$1/" },
  }));
const deep = {
  name: "deep",
  comment: "Across packages only the package name, never a path inside.",
  severity: "error",
  from: { path: "^packages/([^/]+)/" },
  to: {
    path: "^packages/[^/]+/(src|dist)/",
    pathNot: ["^packages/$1/", "^packages/[^/]+/(src|dist)/index\\.(ts|js|d\\.ts)$"],
  },
};
const fences = [
  ["koa", "server"],
  ["@koa/router", "server"],
  ["pg", "store"],
  ["@electric-sql/pglite", "store"],
  ["fast-xml-parser", "dav-xml"],
  ["ical\\.js", "icalendar"],
  ["bcrypt", "accounts"],
  ["ldapts", "accounts"],
  ["jose", "accounts"],
].map(([library, home]) => ({
  name: `only-${home}-uses-${library.replace("\\", "")}`,
  severity: "error",
  from: { path: "^packages/", pathNot: [`^packages/${home}/`, notTests] },
  to: { path: `node_modules/${library}/` },
}));

module.exports = {
  forbidden: [
    ...upward,
    ...sideways,
    deep,
    ...fences,
    { name: "circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "testkit-only-in-tests",
      severity: "error",
      from: { path: "^packages/(?!testkit/)[^/]+/src/", pathNot: notTests },
      to: { path: "^packages/testkit/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.paths.json" },
    exclude: { path: "/dist/" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "default"] },
  },
};

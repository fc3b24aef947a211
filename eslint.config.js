// What Prettier does not settle: the rules that need types, and the house's own.
import tseslint from "typescript-eslint";

const typed = {
  "@typescript-eslint/no-floating-promises": "error",
  "@typescript-eslint/no-misused-promises": "error",
  "@typescript-eslint/await-thenable": "error",
  "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
};

const house = {
  "@typescript-eslint/no-explicit-any": "error",
  "@typescript-eslint/no-non-null-assertion": "error",
  "@typescript-eslint/consistent-type-imports": "error",
  "@typescript-eslint/no-unused-vars": [
    "error",
    { argsIgnorePattern: "^_", varsIgnorePattern: "^_", ignoreRestSiblings: true },
  ],
  eqeqeq: ["error", "smart"],
  "no-var": "error",
  "prefer-const": "error",
  "no-debugger": "error",
  "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Exports are named." }],
};

const sources = ["packages/*/src/**/*.ts"];
const tests = ["**/*.test.ts"];

export default [
  { ignores: ["**/dist/**", "**/node_modules/**"] },
  {
    files: ["packages/**/*.ts"],
    languageOptions: { parser: tseslint.parser },
    plugins: { "@typescript-eslint": tseslint.plugin },
    rules: house,
  },
  {
    files: sources,
    ignores: tests,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: typed,
  },
  // The worker pool calls a file's default export.
  { files: ["packages/server/src/offload-worker.ts"], rules: { "no-restricted-syntax": "off" } },
];

// SPDX-License-Identifier: AGPL-3.0-or-later
// Bundles the modules into ../static and writes what they were built from (built.json).
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";

const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");
const licence = "SPDX-License-Identifier: AGPL-3.0-or-later AND MIT (cytoscape.js; see docs/adr/0035)";
await build({
  entryPoints: ["console.ts", "graph.ts", "passkeys.ts"],
  outdir: "../static",
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/* ${licence} */` },
});
const sources = readdirSync(".").filter((name) => /\.(ts|mjs|json)$/.test(name) && name !== "built.json");
const named = (folder, names) => Object.fromEntries(names.sort().map((name) => [name, digest(folder + name)]));
const built = { sources: named("./", sources), built: named("../static/", ["console.js", "graph.js", "passkeys.js"]) };
writeFileSync("built.json", JSON.stringify(built, null, 1) + "\n");

// Runs every check and ends with one line of totals: "N passed, N failed". Exits non-zero when anything failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const CHECKS = [
  ["tsc", ["--noEmit"]],
  ["biome", ["check", "--error-on-warnings", "."]],
  ["knip", ["--no-progress"]],
];

let passed = 0;
let failed = 0;
for (const [tool, args] of CHECKS) {
  console.log(`> ${tool} ${args.join(" ")}`);
  if (run(tool, args)) passed++;
  else failed++;
}
const tests = runTests();
console.log(`${passed + tests.passed} passed, ${failed + tests.failed} failed`);
process.exitCode = failed + tests.failed === 0 ? 0 : 1;

function run(tool, args) {
  return (
    spawnSync(join(ROOT, "node_modules", ".bin", tool), args, { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] }).status === 0
  );
}

/** A file that could not be loaded, an error outside of any test and a runner that died each count as one failure. */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), "tenfold-tests-"));
  const report = join(folder, "report.json");
  const ok = run("vitest", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  const totals = readTotals(report);
  rmSync(folder, { recursive: true, force: true });
  return ok || totals.failed > 0 ? totals : { passed: totals.passed, failed: 1 };
}

function readTotals(report) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    const broken = testResults.filter(
      (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
    );
    return { passed: numPassedTests, failed: numFailedTests + broken.length };
  } catch (error) {
    console.error(`The test runner left no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

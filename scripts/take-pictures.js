// Takes docs/pictures/*.png of the page, a Slack message and a mail while the demo runs:
// `npm run setup && node scripts/take-pictures.js`. Needs Chromium.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { slackPage, startMail, startSlack } from "./picture-receivers.js";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PICTURES = join(ROOT, "docs", "pictures");
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/** Long enough for the history to be read and the alert to fire, milliseconds. */
const PATIENCE = 90_000;
/** The demo passes half a minute in a second: by then the rate has been high for some minutes, and nothing is rolled back. */
const AFTER_ALERT = 5_000;
const SHOTS = [
  { name: "page-light", width: 1200, height: 860, scale: 1, scheme: "light" },
  { name: "page-dark", width: 1200, height: 860, scale: 1, scheme: "dark" },
  { name: "phone-light", width: 390, height: 844, scale: 2, scheme: "light" },
  { name: "phone-dark", width: 390, height: 844, scale: 2, scheme: "dark" },
];

/** How wide the message and the mail are shown, pixels. */
const MESSAGE_WIDTH = 720;

const slack = await startSlack();
const mail = await startMail();
const folder = mkdtempSync(join(tmpdir(), "tenfold-pictures-"));
const url = `http://127.0.0.1:${await freePort()}`;
const config = join(folder, "tenfold.yaml");
writeFileSync(
  config,
  `server: {listen: "${new URL(url).host}"}
receivers:
  - name: people
    slack: [{token: xoxb-demo, channel: "#sec-alerts", api_url: "${slack.url}", signing_secret: demo}]
    email: [{smarthost: "${mail.smarthost}", from: tenfold@example.com, to: [security@example.com]}]
route: {receiver: people, group_wait: 0s}
`,
);
const demo = spawn(process.execPath, [join(ROOT, "bin", "tenfold.js"), "demo", "--config", config], {
  stdio: ["ignore", "ignore", "inherit"],
});
try {
  mkdirSync(PICTURES, { recursive: true });
  await untilAnswering();
  // Containers have neither the user namespaces nor the shared memory that Chromium asks for.
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  try {
    await takeAll(browser);
    await takeMessages(browser);
  } finally {
    await browser.close();
  }
} finally {
  if (demo.exitCode === null) {
    demo.kill();
    await once(demo, "exit");
  }
  rmSync(folder, { recursive: true });
  await Promise.all([slack.close(), mail.close()]);
}

/** All pages are opened first, so that the pictures show the same moment. */
async function takeAll(browser) {
  const pages = [];
  for (const { width, height, scale, scheme } of SHOTS) {
    const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme: scheme });
    await page.goto(url);
    pages.push(page);
  }
  await Promise.all(pages.map((page) => page.locator("#alert-list [data-id]").first().waitFor({ timeout: PATIENCE })));
  await new Promise((done) => setTimeout(done, AFTER_ALERT));
  for (const [index, page] of pages.entries()) await page.screenshot({ path: join(PICTURES, `${SHOTS[index].name}.png`) });
}

/** The message and the mail of the alert, as they arrived. */
async function takeMessages(browser) {
  const [{ blocks, picture }, page] = await Promise.all([slack.first, mail.first]);
  await takeHtml(browser, "slack", slackPage(blocks, picture));
  await takeHtml(browser, "email", page);
}

async function takeHtml(browser, name, html) {
  const page = await browser.newPage({ viewport: { width: MESSAGE_WIDTH, height: 400 }, deviceScaleFactor: 1.5 });
  await page.setContent(html, { waitUntil: "load" });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

async function untilAnswering() {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end && demo.exitCode === null) {
    if (
      await fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await new Promise((done) => setTimeout(done, 200));
  }
  throw new Error("the demo did not start");
}

function findBrowser() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((one) => BROWSERS.map((name) => join(one, name))).find((path) => existsSync(path));
  if (!found) throw new Error(`none of ${BROWSERS.join(", ")} is on PATH`);
  return found;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

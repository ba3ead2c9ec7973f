import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startBrowser } from "./browser.ts";
import { HOSTILE, invented, startWebServer, type WebServer } from "./web-server.ts";

const TOKEN = "operator-token-of-this-test";

describe("the web page", () => {
  let browser: Browser;
  let server: WebServer;
  let page: Page;
  /** Errors and refusals (of the content security policy, too) that the browser reports. */
  let complaints: string[];

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  async function open(): Promise<void> {
    complaints = [];
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    // The test's own time limit ends what never comes.
    page.setDefaultTimeout(0);
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(server.url);
  }

  describe("without tokens", () => {
    beforeEach(async () => {
      server = await startWebServer();
      await open();
    });
    afterEach(async () => {
      await page.close();
      await server.close();
    });

    /** Resolves when the page follows the stream, and all reads were asked for that this brings with it. */
    async function settled(): Promise<void> {
      await page.locator("#connection[data-state=live]").waitFor();
      // One before the stream was open, one since.
      await expect.poll(() => server.reads()).toBe(2);
    }

    /** Lets the answer to a read of alerts go; resolves when the page has drawn what it says. */
    async function answered(release: () => void): Promise<void> {
      const response = page.waitForResponse((one) => one.url().includes("/v1/alerts"));
      release();
      await (await response).finished();
      await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))");
    }

    it("shows the alert: ratio with interval, verdict, digests, rollback target, evidence and a chart", async () => {
      const card = page.locator("article.alert");
      await card.locator("svg.chart").waitFor();
      await card.locator("summary").click();
      const text = await card.textContent();
      // The figures of the invented alert, see web-server.ts.
      for (const part of ["10.9x", "8.9 to 13.3", "131 seen in 12 min", "asserted", "97 %", "sha256:ab12cd34", "sha256:5e6f7081"])
        expect(text).toContain(part);
      expect(text).toContain("38 of 44 events");
      expect(text).toContain("Roll back to 1.4.2");
      expect(await card.locator(".mark.onset").count()).toBe(1);
      expect(await card.locator(".mark.change").allTextContents()).toEqual([
        expect.stringContaining("rollout 1.4.3 sha256:ab12cd34"),
      ]);
      // Twelve minutes of the guilty digest in steps of a minute.
      expect(await card.locator(".columns.suspect rect").count()).toBeGreaterThanOrEqual(11);
      expect(complaints).toEqual([]);
    });

    it("shows who was told, and every attempt that failed", async () => {
      const card = page.locator("article.alert");
      await card.locator("summary").click();
      const row = card.locator(".deliveries tbody tr");
      await row.waitFor();
      expect(await row.getAttribute("data-state")).toBe("dead");
      expect(await row.locator("td").nth(1).textContent()).toBe("security/slack/0");
      expect(await row.locator("li").allTextContents()).toEqual([
        expect.stringContaining("timeout: no answer within 10 s"),
        expect.stringContaining(`client-error: ${HOSTILE}`),
      ]);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
      expect(complaints).toEqual([]);
    });

    it("fits a phone: nothing is wider than the screen", async () => {
      await page.locator("svg.chart").waitFor();
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    });

    it("lists the busiest series and the newest changes, and treats hostile names as text", async () => {
      await page.locator("#rates li svg").first().waitFor();
      expect(await page.locator("#rates").textContent()).toContain(HOSTILE);
      expect(await page.locator("img[src=x]").count()).toBe(0);
      await page.locator("#changes li time").first().waitFor();
      expect(await page.locator("#changes li").count()).toBe(3);
      expect(await page.locator("#changes").textContent()).toContain("3 → 9 pods");
      expect(complaints).toEqual([]);
    });

    it("shows what the stream tells, and announces a new alert", async () => {
      await page.locator("#connection[data-state=live]").waitFor();
      const data = invented(Date.now(), {
        id: "alert-2",
        title: "HIPAA violations 4.2x on clinic/patient-sync",
        severity: "warning",
      });
      server.tell({ event: "alert", data: { type: "alert.fired", timestamp: data.firedAt, reason: "first", data } });
      await page.locator("article[data-id=alert-2]").waitFor();
      expect(await page.locator("article.alert").count()).toBe(2);
      expect(await page.locator("#announcer").textContent()).toContain("HIPAA violations 4.2x");
      server.tell({
        event: "alert",
        data: {
          type: "alert.resolved",
          timestamp: data.firedAt,
          reason: "rate-fell",
          data: { ...data, state: "resolved", version: 9 },
        },
      });
      await page.locator("article[data-id=alert-2]").waitFor({ state: "detached" });
      await page.locator("#show-resolved").check();
      await page.locator("article[data-id=alert-2]").waitFor();
    });

    it("keeps what the stream told while a slow answer was on its way", async () => {
      await settled();
      const release = server.holdReads();
      const before = server.reads();
      await server.dropStreams();
      await expect.poll(() => server.reads()).toBeGreaterThan(before);
      const data = invented(Date.now(), { id: "alert-2", version: 1 });
      server.tell({ event: "alert", data: { type: "alert.fired", timestamp: data.firedAt, reason: "first", data } });
      await page.locator("article[data-id=alert-2]").waitFor();
      await answered(release);
      expect(await page.locator("article.alert").count()).toBe(2);
    });

    it("leaves what is being pressed where it is while an answer comes", async () => {
      await settled();
      const release = server.holdReads();
      const before = server.reads();
      await server.dropStreams();
      await expect.poll(() => server.reads()).toBeGreaterThan(before);
      const summary = page.locator("article.alert summary");
      await summary.hover();
      await page.mouse.down();
      await answered(release);
      await page.mouse.up();
      await page.locator("article.alert details[open] .deliveries tbody tr").waitFor();
    });

    it("connects again after the server was away, and reads what it missed", async () => {
      await settled();
      const before = server.reads();
      const noticed = page.locator("#connection[data-state=reconnecting]").waitFor();
      await server.dropStreams();
      await noticed;
      await page.locator("#connection[data-state=live]").waitFor();
      await expect.poll(() => server.reads()).toBeGreaterThan(before);
    });

    it("acknowledges by keyboard alone, with name and comment", async () => {
      await page.locator("button[data-action=acknowledge]").focus();
      await page.keyboard.press("Enter");
      await page.locator("#acknowledge[open]").waitFor();
      await page.keyboard.type("Ada");
      await page.keyboard.press("Tab");
      await page.keyboard.type("looking into it");
      await page.keyboard.press("Enter");
      await page.locator("article[data-state=acknowledged]").waitFor();
      expect(server.acknowledged).toEqual([{ id: "alert-1", by: "Ada", comment: "looking into it" }]);
      expect(await page.locator("article.alert").textContent()).toContain("acknowledged by Ada");
      expect(await page.locator("#acknowledge[open]").count()).toBe(0);
    });
  });

  it("asks for a token when the server wants one", async () => {
    server = await startWebServer([{ name: "operator", token: TOKEN, scopes: ["read", "operate"] }]);
    await open();
    await page.locator("#sign-in[open]").waitFor();
    expect(await page.locator("article.alert").count()).toBe(0);
    await page.locator("#sign-in-token").fill(TOKEN);
    await page.keyboard.press("Enter");
    await page.locator("article.alert").waitFor();
    await page.locator("#connection[data-state=polling]").waitFor();
    await page.close();
    await server.close();
  });
});

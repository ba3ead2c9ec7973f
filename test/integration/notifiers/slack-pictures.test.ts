import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import type { AlertPicture, Notifier } from "../../../src/ports/notifier.ts";
import { life, NEVER, notification, type TestContext, testContext } from "../../harness/notifier-context.ts";
import { type SlackServer, startSlackServer } from "../../harness/slack-server.ts";

const { slack } = notifierKinds;
const TOKEN = "xoxb-1111-invented";
const PICTURE: AlertPicture = { png: Buffer.from("89504e470d0a1a0a", "hex"), alt: "131 events, 12 expected" };
const { fired, worse, resolved } = life();

describe("charts in Slack", () => {
  let server: SlackServer;
  let context: TestContext;
  let asked: string[];
  /** Waiting takes no time, so that only the pace is tested and not the machine. */
  let waits: number[];
  let now: number;
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      waits.push(ms);
      now += ms;
    },
  };
  const running: Notifier[] = [];

  beforeEach(async () => {
    server = await startSlackServer(TOKEN);
    asked = [];
    waits = [];
    now = 0;
    context = testContext({
      clock,
      picture: async (alert, theme) => {
        asked.push(`${alert.version} ${theme}`);
        return PICTURE;
      },
    });
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((notifier) => notifier.close?.()));
    await server.close();
  });

  function make(over: Readonly<Record<string, unknown>> = {}): Notifier {
    const options = slack.schema.parse({ token: TOKEN, channel: "#sec-alerts", api_url: server.apiUrl, ...over });
    const notifier = slack.create(options, context);
    running.push(notifier);
    return notifier;
  }

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await pause(10);
  }

  it("follow the text in its thread, with the words for those who do not see them", async () => {
    const notifier = make({ chart: "dark" });
    expect(await notifier.send(notification(fired), NEVER)).toMatchObject({ ok: true });
    await until(() => server.files.length === 1);
    expect(server.calls.map(({ method }) => method)).toEqual([
      "chat.postMessage",
      "files.getUploadURLExternal",
      "files.completeUploadExternal",
    ]);
    expect(server.files[0]).toEqual({ bytes: PICTURE.png, alt: PICTURE.alt, thread: "1763892300.000001" });
    await notifier.send(notification(worse), NEVER);
    await notifier.send(notification(resolved), NEVER);
    await until(() => server.files.length === 3);
    expect(server.files.every(({ thread }) => thread === "1763892300.000001")).toBe(true);
    expect(asked).toEqual([fired, worse, resolved].map(({ data }) => `${data.version} dark`));
  });

  it("hold up no text: it is delivered while the picture is still drawn", async () => {
    let draw = (_picture: AlertPicture) => undefined as undefined;
    context = testContext({ picture: () => new Promise((done) => (draw = (one) => void done(one) as undefined)) });
    const notifier = make();
    for (const transition of [fired, worse])
      expect(await notifier.send(notification(transition), NEVER)).toMatchObject({ ok: true });
    expect(server.files).toHaveLength(0);
    draw(PICTURE);
    await until(() => server.files.length === 1);
  });

  it("tell once that the scope is missing, and try no more", async () => {
    server.refuse("files.getUploadURLExternal", "missing_scope");
    const notifier = make();
    expect(await notifier.send(notification(fired), NEVER)).toMatchObject({ ok: true });
    await until(() => context.warned.length === 1);
    expect(await notifier.send(notification(worse), NEVER)).toMatchObject({ ok: true });
    expect(await notifier.send(notification(resolved, { test: true }), NEVER)).toMatchObject({ ok: true });
    expect(context.warned).toEqual([
      "Slack got no chart, the text was delivered: Slack answered missing_scope; give the app the scope files:write, or set chart: none",
    ]);
    expect(server.calls.filter(({ method }) => method.startsWith("files."))).toHaveLength(1);
    expect(context.warned.join()).not.toContain(TOKEN);
  });

  it("are tried again with the next news after another failure, which is told once", async () => {
    server.refuse("files.completeUploadExternal", "internal_error");
    const notifier = make();
    for (const transition of [fired, worse]) await notifier.send(notification(transition), NEVER);
    await until(() => asked.length === 2 && server.calls.filter(({ method }) => method.startsWith("files.")).length === 4);
    server.refuse("files.completeUploadExternal", undefined);
    await notifier.send(notification(resolved), NEVER);
    await until(() => server.files.length === 1);
    expect(context.warned).toHaveLength(1);
  });

  it("are not asked for when nobody wants them, or when only words changed", async () => {
    await make({ chart: "none" }).send(notification(fired), NEVER);
    const notifier = make();
    await notifier.send(notification({ ...fired, reason: "repeat" }), NEVER);
    await notifier.send(notification({ ...fired, reason: "acknowledged", type: "alert.acknowledged" }), NEVER);
    expect(asked).toEqual([]);
  });

  it("leave the channel's pace to the texts", async () => {
    context = testContext({ clock, picture: async () => PICTURE });
    const notifier = make();
    // A test's delivery ends with its picture: one call for the text, one for the picture, which leaves room for the next text.
    await notifier.send(notification(fired, { test: true }), NEVER);
    expect(waits).toEqual([]);
    await notifier.send(notification(fired, { test: true }), NEVER);
    // The text took the last of three at once without waiting; the picture waited until two were free.
    expect(waits).toEqual([2000]);
  });

  it("are given up when the daemon stops", async () => {
    context = testContext({ picture: () => new Promise(() => undefined) });
    const notifier = make();
    await notifier.send(notification(fired), NEVER);
    await notifier.close?.();
    expect(server.files).toHaveLength(0);
  });
});

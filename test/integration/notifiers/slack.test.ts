import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import { MAX_MESSAGE_TEXT } from "../../../src/notifiers/slack-blocks.ts";
import { life, NEVER, notification, type TestContext, testContext } from "../../harness/notifier-context.ts";
import { type SlackServer, startSlackServer } from "../../harness/slack-server.ts";
import { finding, imageCause, suspect } from "../../unit/alerting/alert-fixtures.ts";

const { slack } = notifierKinds;
const TOKEN = "xoxb-1111-invented";

describe("slack", () => {
  let server: SlackServer;
  let context: TestContext;
  beforeEach(async () => {
    server = await startSlackServer(TOKEN);
    context = testContext();
  });
  afterEach(() => server.close());

  const make = (timeout = 20_000) =>
    slack.create(slack.schema.parse({ token: TOKEN, channel: "#sec-alerts", api_url: server.apiUrl, timeout }), context);

  it("keeps one message per alert, edits it, and replies in its thread", async () => {
    const { fired, worse, resolved } = life();
    const notifier = make();
    const first = await notifier.send(notification(fired), NEVER);
    expect(first).toEqual({ ok: true, reference: "C0SEC/1763892300.000001" });
    await notifier.send(notification(worse), NEVER);
    // A restarted daemon has only the durable memory.
    await make().send(notification(resolved), NEVER);
    expect(server.calls.map((call) => [call.method, call.arguments.thread_ts, call.arguments.reply_broadcast])).toEqual([
      ["chat.postMessage", undefined, undefined],
      ["chat.update", undefined, undefined],
      ["chat.postMessage", "1763892300.000001", "true"],
      ["chat.update", undefined, undefined],
      ["chat.postMessage", "1763892300.000001", "false"],
    ]);
    const [parent, ...replies] = [...server.messages.values()];
    expect(parent?.text).toContain("[RESOLVED]");
    expect(replies.map((reply) => reply.text)[0]).toContain("Got worse");
    expect(replies.map((reply) => reply.text)[1]).toContain("Resolved");
  });

  it("posts anew when somebody deleted the message", async () => {
    const { fired, worse } = life();
    const notifier = make();
    await notifier.send(notification(fired), NEVER);
    server.forget();
    expect(await notifier.send(notification(worse), NEVER)).toMatchObject({ ok: true });
    expect(server.calls.map((call) => call.method)).toEqual(["chat.postMessage", "chat.update", "chat.postMessage"]);
    expect(server.calls.at(-1)?.arguments.thread_ts).toBeUndefined();
  });

  it("stays inside every limit with the longest names and the worst characters", async () => {
    const long = "&<>*`\u{1f600}".repeat(2000);
    const evidence = Array.from({ length: 50 }, (_, i) => ({ kind: "dose", ln: i, text: long }));
    const cause = imageCause({
      suspects: [suspect({ evidence, workload: `Deployment/${long}`, actor: long, image: `${long}:1` })],
    });
    const given = finding({}, { policy: long, workload: `Deployment/${long}`, regimes: [long, "pci"] }, cause);
    const { fired } = life({ ...given, samples: Array.from({ length: 5 }, (_, i) => ({ i, long })) });
    expect(await make().send(notification(fired), NEVER)).toMatchObject({ ok: true });
    const texts =
      server.calls[0]?.blocks.flatMap((block) => [block.text, ...(block.fields ?? []), ...(block.elements ?? [])]) ?? [];
    const total = texts.reduce((sum, text) => sum + (text?.text.length ?? 0), 0);
    expect(total).toBeLessThanOrEqual(MAX_MESSAGE_TEXT);
    expect(total).toBeGreaterThan(500);
    expect(texts.every((text) => !/&(?!amp;|lt;|gt;)/.test(text?.type === "mrkdwn" ? text.text : ""))).toBe(true);
  });

  it("cannot be made to ping a channel by a name", async () => {
    const { fired } = life(finding({}, { policy: "<!channel> <@U1>" }));
    await make().send(notification(fired), NEVER);
    expect(JSON.stringify(server.calls[0]?.blocks)).not.toMatch(/<!|<@/);
    expect(server.calls[0]?.arguments.text).not.toMatch(/<!|<@/);
  });

  it("says when it may be a duplicate: the attempt before got no answer", async () => {
    const { fired } = life();
    server.always({ status: 200, hang: true });
    expect(await make(300).send(notification(fired), NEVER)).toMatchObject({ ok: false, reason: "timeout" });
    server.always(undefined);
    expect(await make().send(notification(fired, { attempt: 2 }), NEVER)).toMatchObject({ ok: true });
    expect(JSON.stringify(server.calls.at(-1)?.blocks)).toContain("may be a duplicate");
  });

  it("marks tests, and does not thread them with anything", async () => {
    const { fired } = life();
    await make().send(notification(fired, { test: true }), NEVER);
    expect(server.calls[0]?.arguments.text).toMatch(/^\[TEST\]/);
    expect(context.stored.size).toBe(0);
  });

  it("paces a channel: three at once, then one a second", async () => {
    const waits: number[] = [];
    const now = Date.now();
    const clock = { now: () => now, sleep: async (ms: number) => void waits.push(ms) };
    context = testContext({ clock });
    const notifier = make();
    for (let i = 0; i < 5; i++) await notifier.send(notification(life().fired, { test: true, id: `n${i}` }), NEVER);
    expect(waits).toEqual([1000, 2000]);
  });
});

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { notifierKinds } from "../../../src/notifiers/index.ts";
import { NEVER, notification, testContext } from "../../harness/notifier-context.ts";
import { startWebhookServer } from "../../harness/webhook-server.ts";

describe("deadline", () => {
  // With AbortSignal.any and AbortSignal.timeout, Node 20 collects the signal and none of these ever ends.
  it("fires although garbage is collected all the while", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    const server = await startWebhookServer();
    server.always({ status: 200, hang: true });
    const { schema, create } = notifierKinds.webhook;
    const notifier = create(schema.parse({ url: server.url, timeout: 200 }), testContext());
    const collecting = setInterval(collect, 20);
    const answers = await Promise.all(Array.from({ length: 5 }, () => notifier.send(notification(), NEVER)));
    clearInterval(collecting);
    await server.close();
    expect(answers.map((answer) => !answer.ok && answer.reason)).toEqual(Array(5).fill("timeout"));
  });
});

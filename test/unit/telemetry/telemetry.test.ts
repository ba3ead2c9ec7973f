import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";

function logged(write: (log: ReturnType<typeof createLogger>) => void): { text: string; lines: Record<string, unknown>[] } {
  const destination = new PassThrough();
  write(createLogger({ level: "info", destination }));
  const text = String(destination.read() ?? "");
  return {
    text,
    lines: text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe("the log", () => {
  it("is JSON lines with a constant message, a level by name and a time", () => {
    const { lines } = logged((log) => log.child({ receiver: "security" }).warn({ attempt: 2 }, "delivery failed"));
    expect(lines).toEqual([
      { level: "warn", time: expect.any(String), receiver: "security", attempt: 2, msg: "delivery failed" },
    ]);
  });

  it("holds no secret: neither in fields nor in errors", () => {
    const secret = "hunter2";
    const { text, lines } = logged((log) => {
      log.info({ token: secret, server: { tls: { key: secret } }, headers: { authorization: `Bearer ${secret}` } }, "fields");
      const cause = new Error(`xoxb-${secret}-1 was refused`);
      const error = Object.assign(new Error(`connect redis://user:${secret}@host:6379`, { cause }), {
        code: "ECONNREFUSED",
        config: { password: secret },
      });
      log.error({ err: error }, "store failed");
    });
    expect(lines).toHaveLength(2);
    expect(text).not.toContain(secret);
    expect(text).toContain("redis://[redacted]@host:6379");
    expect(lines[1]).toMatchObject({ err: { code: "ECONNREFUSED" } });
  });
});

describe("metrics", () => {
  it("count by closed labels: an unknown source is other", async () => {
    const metrics = createMetrics({ sources: ["falco"], notifierKinds: ["slack"], process: false });
    metrics.ingested("falco", { accepted: 3, duplicates: 1, rejected: 0, ignored: new Map([["allowed", 2]]) }, 1_893_456_000_000);
    metrics.ingested('x"} evil', { accepted: 1, duplicates: 0, rejected: 2, ignored: new Map() }, 0);
    metrics.delivered("slack", "rate-limited");
    metrics.openAlerts([{ state: "firing", severity: "critical", count: 2 }]);
    metrics.openAlerts([{ state: "firing", severity: "error", count: 1 }]);
    const { body, contentType } = await metrics.render();
    expect(contentType).toContain("text/plain");
    expect(body).toContain('tenfold_events_total{source="falco",outcome="accepted"} 3');
    expect(body).toContain('tenfold_events_total{source="other",outcome="rejected"} 2');
    expect(body).toContain('tenfold_ignored_total{source="falco",reason="allowed"} 2');
    // 2030-01-01T00:00:00Z in seconds.
    expect(body).toContain('tenfold_source_last_seen_timestamp_seconds{source="falco"} 1893456000');
    expect(body).toContain('tenfold_deliveries_total{kind="slack",result="rate-limited"} 1');
    expect(body).toContain('tenfold_alerts{state="firing",severity="error"} 1');
    expect(body).not.toContain('severity="critical"');
    expect(body).not.toContain("evil");
  });

  it("names at most a hundred reasons for counting nothing", async () => {
    const metrics = createMetrics({ sources: ["hubble"], notifierKinds: [], process: false });
    for (let i = 0; i < 130; i++) {
      metrics.ingested("hubble", { accepted: 0, duplicates: 0, rejected: 0, ignored: new Map([[`verdict-${i}`, 1]]) }, 0);
    }
    const { body } = await metrics.render();
    expect(body.match(/^tenfold_ignored_total/gm)).toHaveLength(101);
    expect(body).toContain('tenfold_ignored_total{source="hubble",reason="other"} 30');
    expect(body).toContain('tenfold_events_total{source="hubble",outcome="ignored"} 130');
  });

  it("of two daemons in one process do not mix", async () => {
    const options = { sources: [], notifierKinds: [], process: true };
    const [one, other] = [createMetrics(options), createMetrics(options)];
    one.late(5);
    expect((await one.render()).body).toContain("tenfold_late_events_total 5");
    expect((await other.render()).body).toContain("tenfold_late_events_total 0");
  });
});

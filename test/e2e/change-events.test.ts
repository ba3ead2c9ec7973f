/** A rollout on its way through a whole daemon to PagerDuty, as a change event and nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { startPagerDuty } from "../harness/incident-services/pagerduty.ts";
import { post, runTenfold } from "../harness/tenfold-process.ts";
import { until } from "./installation.ts";

const folder = mkdtempSync(join(tmpdir(), "tenfold-changes-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("a daemon tells PagerDuty of the rollout of a workload that a policy has counted", async () => {
  const pagerduty = await startPagerDuty();
  const file = join(folder, "tenfold.yaml");
  const target = `{format: pagerduty, url: "${pagerduty.url}/v2/enqueue", secret: "${"0".repeat(32)}", change_events: true}`;
  writeFileSync(file, `server: {listen: "127.0.0.1:0"}\ncluster: prod-eu\nreceivers: [{name: p, webhook: [${target}]}]\n`);
  const daemon = await runTenfold(file);
  try {
    const subject = { namespace: "payments", workload: "Deployment/card-api" };
    const violation = { time: new Date().toISOString(), policy: "pci-restrict-egress", ...subject };
    expect((await post(`${daemon.url}/v1/events`, [violation])).status).toBe(202);
    // What happened before the daemon looked first is not told: so a new version comes until one is.
    for (let number = 1; pagerduty.taken.length === 0; number++) {
      const version = { digest: `sha256:${String(number).padStart(64, "0")}`, image: `registry.example/card-api:${number}` };
      const rollout = { time: new Date().toISOString(), kind: "rollout", phase: "started", ...subject, ...version };
      expect((await post(`${daemon.url}/v1/changes`, [{ ...rollout, actor: "argocd" }])).status).toBe(202);
      const deadline = Date.now() + 12_000;
      await until(() => pagerduty.taken.length > 0 || Date.now() > deadline);
    }
    expect(pagerduty.refused).toEqual([]);
    expect(pagerduty.taken[0]).toMatchObject({
      path: "/v2/change/enqueue",
      json: {
        payload: {
          summary: expect.stringMatching(/^payments\/card-api in prod-eu: rolled out sha256:00000000 \(\d+\)/),
          custom_details: { policies: ["pci-restrict-egress"], actor: "argocd" },
        },
      },
    });
    expect(daemon.log()).not.toContain("change event was not taken");
  } finally {
    await daemon.stop();
    await pagerduty.close();
  }
});

/** Every webhook format by its name in configuration. */
import type { WebhookFormat } from "../webhook-format.ts";
import { alertmanagerFormat } from "./alertmanager.ts";
import { incidentioFormat } from "./incidentio.ts";
import { oncallFormat } from "./oncall.ts";
import { opsgenieFormat } from "./opsgenie.ts";
import { pagerdutyFormat } from "./pagerduty.ts";
import { rootlyFormat } from "./rootly.ts";
import { tenfoldFormat } from "./tenfold.ts";

export const webhookFormats = {
  tenfold: tenfoldFormat,
  alertmanager: alertmanagerFormat,
  pagerduty: pagerdutyFormat,
  opsgenie: opsgenieFormat,
  incidentio: incidentioFormat,
  rootly: rootlyFormat,
  oncall: oncallFormat,
} as const satisfies Readonly<Record<string, WebhookFormat>>;

/** Which alert `tenfold routes` is asked about: labels by hand, an alert in a file, or one that a daemon has. */
import { readFileSync } from "node:fs";
import { transitionSchema } from "../../config/alert-schema.ts";
import { didYouMean } from "../../config/nearest.ts";
import { alertLabels } from "../alerting/labels.ts";
import type { Labels } from "../alerting/matchers.ts";
import type { Alert } from "../domain/alert.ts";
import { CommandFailure, EXIT } from "./exit.ts";
import { testTransition } from "./test-alert.ts";

/** `name=value` arguments. A name given several times has several values, as the policies of one alert. */
export function labelsOfArguments(texts: readonly string[]): Labels {
  const labels: Record<string, string[]> = {};
  for (const text of texts) {
    const [, name, value] = /^([^=]+?)="?(.*?)"?$/s.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new CommandFailure(
        EXIT.usage,
        `error: ${JSON.stringify(text)} is not a label; write name=value, for example regime=pci`,
      );
    labels[name] = [...(labels[name] ?? []), value];
  }
  return labels;
}

/**
 * Labels of a JSON file: an alert as the API gives it, a transition as replay prints it and webhooks carry it, or simply an
 * object of labels. `-` is standard input.
 */
export function labelsOfFile(file: string): Labels {
  const value = readJson(file);
  const { data, series, labels } = value as { data?: unknown; series?: unknown; labels?: unknown };
  if (data !== undefined || series !== undefined) {
    const alert = transitionSchema.shape.data.safeParse(data ?? value);
    if (alert.success) return alertLabels(alert.data as Alert);
    const [issue] = alert.error.issues;
    throw new CommandFailure(EXIT.usage, `error: ${file} holds no alert: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const entries = Object.entries((labels ?? value) as object);
  const wrong = entries.find(([, one]) => !isLabelValue(one));
  if (wrong === undefined) return Object.fromEntries(entries) as Labels;
  throw new CommandFailure(EXIT.usage, `error: ${file}: the label ${JSON.stringify(wrong[0])} is not text, nor a list of texts`);
}

/** What is probably misspelt, for people. */
export function labelNotes(labels: Labels): readonly string[] {
  // Every alert has the same labels, whatever it is about.
  const known = Object.keys(alertLabels(testTransition(0, "").data));
  return Object.keys(labels)
    .filter((name) => !known.includes(name))
    .map((name) => `note: alerts have no label ${JSON.stringify(name)}; ${didYouMean(name, known)}`);
}

function readJson(file: string): object {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file === "-" ? 0 : file, "utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CommandFailure(EXIT.usage, `error: ${file} is not JSON`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new CommandFailure(EXIT.usage, `error: ${file} holds no JSON object`);
}

function isLabelValue(value: unknown): boolean {
  return typeof value === "string" || (Array.isArray(value) && value.every((one) => typeof one === "string"));
}

/** `bench evaluate`: the whole evaluator on a store, and the detectors alone. */
import { runEvaluatePanel } from "./evaluate-panel.ts";
import { runEvaluateSeries } from "./evaluate-series.ts";

export async function runEvaluateBench(options: {
  readonly seed: number;
}): Promise<{ readonly text: string; readonly json: unknown }> {
  const evaluator = await runEvaluateSeries();
  const panel = runEvaluatePanel(options);
  return {
    text: `Whole evaluator:\n\n${evaluator.text}\n\nDetectors alone:\n\n${panel.text}`,
    json: { evaluator: evaluator.json, panel: panel.json },
  };
}

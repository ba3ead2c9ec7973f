/** A rollout in words, for those who are told of changes without an alert. */
import type { Change } from "../domain/change.ts";
import { imageTag, versionName, workloadName } from "./lifecycle/title.ts";
import { oneLine } from "./message/plain-text.ts";

/** `payments/card-api in prod-eu: rolled out sha256:ab12cd34 (1.4.3), before sha256:99887766 (1.4.2)`. One line. */
export function changeSentence(change: Change): string {
  const verb = change.kind === "rollback" ? "rolled back to" : "rolled out";
  const before = version(change.previousDigest, change.previousImage);
  const after = version(change.digest, change.image) ?? "an unknown version";
  return oneLine(`${workloadName(change)} in ${change.cluster}: ${verb} ${after}${before ? `, before ${before}` : ""}`);
}

function version(digest: string | undefined, image: string | undefined): string | undefined {
  if (digest !== undefined) return versionName({ digest, ...(image === undefined ? {} : { image }) });
  return imageTag(image) ?? image;
}

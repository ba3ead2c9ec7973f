import { changeSentence } from "../../alerting/change-words.ts";
import { truncate } from "../../alerting/message/plain-text.ts";
import { formatTime } from "../../domain/time.ts";
import { isHttpLink } from "../http-link.ts";
import type { ChangeInput, FormattedRequest } from "../webhook-format.ts";

const DEFAULT_URL = "https://events.pagerduty.com/v2/change/enqueue";
/** Characters of a summary, of alerts and changes alike. */
export const MAX_SUMMARY = 1024;
const MAX_POLICIES = 50;

/**
 * PagerDuty change event: shown beside incidents of the service with the same key, never an incident itself. It lies beside the
 * address for alerts (`…/v2/enqueue`), also in other regions.
 */
export function pagerdutyChange({ notice, secret, url }: ChangeInput): FormattedRequest {
  const { change, policies, externalUrl } = notice;
  const links = [
    ...(change.url && isHttpLink(change.url) ? [{ href: change.url, text: "Change" }] : []),
    ...(isHttpLink(externalUrl) ? [{ href: `${externalUrl}/`, text: "Tenfold" }] : []),
  ];
  const { namespace, workload, container, image, digest, previousImage, previousDigest, actor, revision } = change;
  return {
    url: url === "" ? DEFAULT_URL : new URL("change/enqueue", url).href,
    headers: {},
    body: {
      routing_key: secret,
      payload: {
        summary: truncate(changeSentence(change), MAX_SUMMARY),
        timestamp: formatTime(change.time),
        source: change.cluster,
        custom_details: {
          kind: change.kind,
          namespace,
          workload,
          container,
          image,
          digest,
          previous_image: previousImage,
          previous_digest: previousDigest,
          policies: policies.slice(0, MAX_POLICIES),
          actor,
          revision,
          told_by: change.source,
        },
      },
      ...(links.length === 0 ? {} : { links }),
    },
  };
}

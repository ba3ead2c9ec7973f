/** `POST /v1/slack/actions`: buttons pressed in Slack. No token: Slack's signature is what lets a request in. */
import type { HttpApi } from "../api.ts";
import { built, type Route, type RouteRequest } from "../route.ts";

export function slackRoutes(api: HttpApi): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v1/slack/actions",
      scope: undefined,
      body: "medium",
      handle: async (request) => {
        const signature = {
          timestamp: header(request, "x-slack-request-timestamp"),
          signature: header(request, "x-slack-signature"),
        };
        await built(api.receiveSlackAction?.(request.body, signature));
        // Slack shows an error to the person unless the answer is 200, without a body, within three seconds.
        return { status: 200, bytes: "", headers: {} };
      },
    },
  ];
}

function header({ headers }: RouteRequest, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}

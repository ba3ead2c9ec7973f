/** Follows the server's event stream, and says how the connection stands. */
import { hasToken } from "./api.js";
import { setServerTime } from "./server-clock.js";

const TRANSITIONS = ["alert", "alert.fired", "alert.updated", "alert.acknowledged", "alert.mitigated", "alert.resolved"];
/** After a refusal the browser gives up on a stream; we ask again, waiting twice as long each time up to this. */
const LONGEST_WAIT = 30_000;
const POLL = 5_000;

/**
 * `onOpen`: connected (again), so anything may have been missed. `onAlert`: a transition. `onState`: `live`, `polling`
 * or `reconnecting`.
 */
export function follow({ onOpen, onAlert, onState }) {
  // An EventSource cannot carry a token: with one, the page asks again and again instead.
  if (hasToken()) {
    onState("polling");
    setInterval(onOpen, POLL);
    return;
  }
  let wait = 1_000;
  const connect = () => {
    const source = new EventSource("/v1/stream");
    source.addEventListener("open", () => {
      wait = 1_000;
      onState("live");
      onOpen();
    });
    for (const name of TRANSITIONS) source.addEventListener(name, (event) => onAlert(JSON.parse(event.data)));
    source.addEventListener("counts", (event) => setServerTime(JSON.parse(event.data).at));
    source.addEventListener("error", () => {
      onState("reconnecting");
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(connect, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    });
  };
  connect();
}

/** The server's time: its events may lie behind or ahead of this machine's clock (a demo, a replay, a wrong clock). */

let offset = 0;

/** `at`: RFC 3339, what the server just said its time was. */
export function setServerTime(at) {
  const time = Date.parse(at);
  if (Number.isFinite(time)) offset = time - Date.now();
}

export function serverNow() {
  return Date.now() + offset;
}
